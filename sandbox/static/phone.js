/* The chat without reloading: new messages are asked for each second, words are sent and menu keys tapped
   in the background. Buttons that open a page are left to the browser, so that it opens in this very tab. */
(function () {
  "use strict";
  var messages = document.getElementById("messages");
  var say = document.getElementById("say");
  var toggle = document.getElementById("toggle");
  var asking = false;

  function toEnd() { messages.scrollTop = messages.scrollHeight; }

  function ask() {
    if (asking || document.hidden) { return; }
    asking = true;
    fetch(messages.dataset.new + "?after=" + messages.dataset.last).then(function (response) {
      if (!response.ok) { throw new Error(String(response.status)); }
      return response.text().then(function (html) {
        if (html) {
          messages.insertAdjacentHTML("beforeend", html);
          messages.dataset.last = response.headers.get("X-Last");
          toEnd();
        }
      });
    }).catch(function () { /* the sandbox is being restarted: the next second asks again */ }).then(function () {
      asking = false;
    });
  }

  function closeMenus(except) {
    document.querySelectorAll(".menu-parent").forEach(function (parent) {
      if (parent === except) { return; }
      parent.setAttribute("aria-expanded", "false");
      document.getElementById(parent.getAttribute("aria-controls")).hidden = true;
    });
  }

  document.addEventListener("submit", function (event) {
    var form = event.target;
    var button = event.submitter;
    closeMenus(null);
    if (!form.hasAttribute("data-stay") && !(button && button.hasAttribute("data-stay"))) { return; }
    event.preventDefault();
    var body = new URLSearchParams(new FormData(form));
    if (button && button.name) { body.set(button.name, button.value); }
    if (form === say) { form.reset(); }
    fetch(form.action, {
      method: "POST", body: body, redirect: "manual", headers: { "X-Phone-Script": "1" }
    }).then(function () {
      [100, 400].forEach(function (wait) { setTimeout(ask, wait); });
    });
  });

  document.addEventListener("click", function (event) {
    var parent = event.target.closest(".menu-parent");
    if (!parent) { closeMenus(null); return; }
    var list = document.getElementById(parent.getAttribute("aria-controls"));
    closeMenus(parent);
    list.hidden = !list.hidden;
    parent.setAttribute("aria-expanded", String(!list.hidden));
  });

  document.addEventListener("keydown", function (event) {
    if (event.key === "Escape") { closeMenus(null); }
  });

  if (toggle) {
    toggle.addEventListener("click", function () {
      say.hidden = !say.hidden;
      toggle.setAttribute("aria-expanded", String(!say.hidden));
      if (!say.hidden) { say.elements.content.focus(); }
      toEnd();
    });
  }

  /* A page restored by the back button may be old. */
  window.addEventListener("pageshow", ask);
  setInterval(ask, 1000);
  toEnd();
})();
