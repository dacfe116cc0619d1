/* The sandbox's stand-in for the WeChat JS-SDK: wx.config, wx.ready, wx.error and the few calls of a web page.
   The signature is SHA-1 over jsapi_ticket, noncestr, timestamp and the page's address without its fragment. */
(function () {
  "use strict";
  var sandbox = __SANDBOX__;
  var state = "new";
  var failure = null;
  var onReady = [];
  var onError = [];
  var available = ["checkJsApi", "closeWindow", "hideAllNonBaseMenuItem", "hideMenuItems", "hideOptionMenu",
    "showAllNonBaseMenuItem", "showMenuItems", "showOptionMenu"];

  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (byte) {
      return byte.toString(16).padStart(2, "0");
    }).join("");
  }

  function problem(options) {
    if (options.appId !== sandbox.appId) { return Promise.resolve("config:invalid appid"); }
    var text = "jsapi_ticket=" + sandbox.ticket + "&noncestr=" + options.nonceStr +
      "&timestamp=" + options.timestamp + "&url=" + location.href.split("#")[0];
    return crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)).then(function (digest) {
      return hex(digest) === options.signature ? "" : "config:invalid signature";
    });
  }

  function finish(words) {
    state = words ? "failed" : "ready";
    failure = words ? { errMsg: words } : null;
    (words ? onError : onReady).splice(0).forEach(function (callback) { callback(failure || undefined); });
  }

  function call(name, effect) {
    return function (options) {
      var wanted = options || {};
      var result = { errMsg: name + (state === "ready" ? ":ok" : ":fail, the config is not ready") };
      if (state === "ready") { Object.assign(result, effect(wanted)); }
      var answer = state === "ready" ? wanted.success : wanted.fail;
      if (answer) { answer(result); }
      if (wanted.complete) { wanted.complete(result); }
    };
  }

  var wx = {
    config: function (options) { problem(options).then(finish, function () { finish("config:fail"); }); },
    ready: function (callback) { if (state === "ready") { callback(); } else { onReady.push(callback); } },
    error: function (callback) { if (state === "failed") { callback(failure); } else { onError.push(callback); } }
  };
  available.forEach(function (name) {
    wx[name] = call(name, function (options) {
      if (name === "checkJsApi") {
        var asked = {};
        (options.jsApiList || []).forEach(function (api) { asked[api] = available.indexOf(api) >= 0; });
        return { checkResult: asked };
      }
      if (name === "closeWindow") { history.go(-(history.length - 1)); }
      return {};
    });
  });
  window.wx = window.jWeixin = wx;
})();
