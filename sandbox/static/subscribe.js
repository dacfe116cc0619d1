/* Inside the frame of wx-open-subscribe: draws the button as the page wants it, asks 允许 or 取消, reports the answer. */
(function () {
  "use strict";
  var button = document.getElementById("button");
  var sheet = document.getElementById("sheet");
  var page = document.body.dataset.page;

  function tell(what) { window.parent.postMessage(what, page); }

  function close(detail) {
    if (sheet) { sheet.hidden = true; }
    button.hidden = false;
    tell({ closed: detail });
  }

  function answer(choice) {
    var body = new URLSearchParams({ template: document.body.dataset.template, answer: choice });
    fetch(location.pathname, { method: "POST", body: body }).then(function (response) {
      return response.json();
    }).then(close, function () { close({ errMsg: "subscribe:fail", errCode: "10003" }); });
  }

  window.addEventListener("message", function (event) {
    if (event.source !== window.parent || event.origin !== page) { return; }
    button.innerHTML = event.data.style + event.data.content;
    tell({ height: button.scrollHeight });
  });

  button.addEventListener("click", function () {
    if (!sheet) { answer("accept"); return; }
    button.hidden = true;
    sheet.hidden = false;
    tell({ open: true });
    sheet.querySelector("[value=accept]").focus();
  });

  if (sheet) {
    sheet.addEventListener("click", function (event) {
      if (event.target.value) { answer(event.target.value); }
    });
  }
  tell({ loaded: true });
})();
