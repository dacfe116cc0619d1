/* wx-open-subscribe, as the client draws it: the tag's template in a frame of the platform's own. The page's content
   policy must let that frame in, here as on a phone, and a tap widens the frame to a sheet over the whole page. */
sandbox.openTags = function (wanted) {
  if (wanted.indexOf("wx-open-subscribe") < 0 || customElements.get("wx-open-subscribe")) { return; }

  function slotOf(element, name) {
    var found = Array.prototype.filter.call(element.children, function (child) {
      return (child.getAttribute("slot") || "") === name && (child.type === "text/wxtag-template" || child.localName === "template");
    })[0];
    return found ? found.innerHTML : "";
  }

  class OpenSubscribe extends HTMLElement {
    connectedCallback() {
      if (this.shadowRoot) { return; }
      var element = this;
      var frame = document.createElement("iframe");
      frame.title = "订阅通知";
      frame.style.cssText = "display: block; width: 100%; border: 0";
      frame.src = sandbox.origin + "/jssdk/subscribe?template=" + encodeURIComponent(this.getAttribute("template") || "");
      this.attachShadow({ mode: "open" }).appendChild(frame);
      window.addEventListener("message", function (event) {
        if (event.source !== frame.contentWindow || event.origin !== sandbox.origin) { return; }
        element.take(event.data, frame);
      });
    }

    take(told, frame) {
      if (told.loaded) {
        frame.contentWindow.postMessage({ style: slotOf(this, "style"), content: slotOf(this, "") }, sandbox.origin);
      }
      if (told.height) { frame.style.height = this.style.minHeight = told.height + "px"; }
      if (told.open) {
        frame.style.cssText = "position: fixed; inset: 0; width: 100%; height: 100%; border: 0; z-index: 2147483647";
      }
      if (told.closed) {
        frame.style.cssText = "display: block; width: 100%; border: 0; height: " + this.style.minHeight;
        this.dispatchEvent(new CustomEvent(told.closed.errCode ? "error" : "success", { detail: told.closed }));
      }
    }
  }
  customElements.define("wx-open-subscribe", OpenSubscribe);
};
