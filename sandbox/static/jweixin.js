/* The sandbox's stand-in for the JS-SDK and for the client behind it: the bridge, wx.config with its checks, the
   calls of the menu and of sharing. What the client would do stands in window.__sandboxWx, for tests to look at. */
(function () {
  "use strict";
  var sandbox = __SANDBOX__;
  var client = {
    config: "new", error: null, apis: [], tags: [], calls: [],
    optionMenu: true, baseItemsOnly: false, hiddenItems: [], share: { friend: null, timeline: null }
  };
  var onReady = [];
  var onError = [];
  var effects = {
    hideOptionMenu: function () { client.optionMenu = false; },
    showOptionMenu: function () { client.optionMenu = true; },
    hideAllNonBaseMenuItem: function () { client.baseItemsOnly = true; },
    showAllNonBaseMenuItem: function () { client.baseItemsOnly = false; client.hiddenItems = []; },
    hideMenuItems: function (wanted) {
      client.hiddenItems = client.hiddenItems.concat(wanted.menuList || []);
    },
    showMenuItems: function (wanted) {
      client.hiddenItems = client.hiddenItems.filter(function (item) { return (wanted.menuList || []).indexOf(item) < 0; });
    },
    updateAppMessageShareData: function (wanted) { client.share.friend = card(wanted, ["title", "desc", "link", "imgUrl"]); },
    updateTimelineShareData: function (wanted) { client.share.timeline = card(wanted, ["title", "link", "imgUrl"]); },
    closeWindow: function () { history.go(-(history.length - 1)); }
  };
  /* Names that the platform knows and this script does not play: wx.config takes them, a call fails. */
  var others = ["chooseImage", "previewImage", "uploadImage", "downloadImage", "getLocalImgData", "getNetworkType",
    "openLocation", "getLocation", "scanQRCode", "startRecord", "stopRecord", "onVoiceRecordEnd", "playVoice",
    "pauseVoice", "stopVoice", "onVoicePlayEnd", "uploadVoice", "downloadVoice", "translateVoice", "chooseWXPay",
    "openAddress", "addCard", "chooseCard", "openCard", "openProductSpecificView", "onMenuShareTimeline",
    "onMenuShareAppMessage", "onMenuShareQQ", "onMenuShareWeibo", "onMenuShareQZone", "startSearchBeacons",
    "stopSearchBeacons", "onSearchBeacons"];
  var known = Object.keys(effects).concat(["checkJsApi"], others);
  var openTags = ["wx-open-launch-weapp", "wx-open-launch-app", "wx-open-subscribe", "wx-open-audio"];

  function card(wanted, names) {
    var kept = {};
    names.forEach(function (name) { kept[name] = String(wanted[name] || ""); });
    if (kept.link && new URL(kept.link, location.href).hostname !== sandbox.domain) { kept.link = location.href; }
    return kept;
  }

  function hex(buffer) {
    return Array.prototype.map.call(new Uint8Array(buffer), function (byte) {
      return byte.toString(16).padStart(2, "0");
    }).join("");
  }

  /* iOS goes by the address that the page was opened with, Android by the one it has now. */
  function checkedAddress() {
    var opened = performance.getEntriesByType("navigation")[0];
    var address = /iPhone|iPad/.test(navigator.userAgent) && opened ? opened.name : location.href;
    return address.split("#")[0];
  }

  function wrongList(given, allowed) {
    return !Array.isArray(given) || given.some(function (name) { return allowed.indexOf(name) < 0; });
  }

  function problem(options) {
    if (options.appId !== sandbox.appId) { return Promise.resolve("config:invalid appid"); }
    if (location.hostname !== sandbox.domain) { return Promise.resolve("config:invalid url domain"); }
    if (wrongList(options.jsApiList, known)) { return Promise.resolve("config:fail, jsApiList is invalid"); }
    if (wrongList(options.openTagList || [], openTags)) { return Promise.resolve("config:fail, openTagList is invalid"); }
    var text = "jsapi_ticket=" + sandbox.ticket + "&noncestr=" + options.nonceStr +
      "&timestamp=" + options.timestamp + "&url=" + checkedAddress();
    return crypto.subtle.digest("SHA-1", new TextEncoder().encode(text)).then(function (digest) {
      return hex(digest) === options.signature ? "" : "config:invalid signature";
    });
  }

  /* As the real script does it: error first, then ready, which says only that the check is over. */
  function finish(words, options) {
    client.config = words ? "failed" : "ready";
    client.error = words || null;
    client.apis = words ? [] : options.jsApiList;
    client.tags = words ? [] : options.openTagList || [];
    if (words) { onError.splice(0).forEach(function (callback) { callback({ errMsg: words }); }); }
    onReady.splice(0).forEach(function (callback) { callback(); });
    if (client.tags.length && sandbox.openTags) { sandbox.openTags(client.tags); }
  }

  function call(name, effect) {
    return function (options) {
      var wanted = options || {};
      var allowed = name === "checkJsApi" || client.apis.indexOf(name) >= 0;
      var said = !allowed ? ":permission denied" : effect ? ":ok" : ":fail, not played by the sandbox";
      var result = { errMsg: name + said };
      client.calls.push(result.errMsg);
      if (said === ":ok") { Object.assign(result, effect(wanted) || {}); }
      var answer = said === ":ok" ? wanted.success : wanted.fail;
      if (answer) { answer(result); }
      if (wanted.complete) { wanted.complete(result); }
    };
  }

  var wx = {
    config: function (options) {
      problem(options).catch(function () { return "config:fail"; }).then(function (words) { finish(words, options); });
    },
    ready: function (callback) { if (client.config === "new") { onReady.push(callback); } else { callback(); } },
    error: function (callback) {
      if (client.config === "failed") { callback({ errMsg: client.error }); } else { onError.push(callback); }
    },
    checkJsApi: call("checkJsApi", function (wanted) {
      var found = {};
      (wanted.jsApiList || []).forEach(function (api) { found[api] = api in effects; });
      return { checkResult: found };
    })
  };
  others.forEach(function (name) { wx[name] = call(name, null); });
  Object.keys(effects).forEach(function (name) { wx[name] = call(name, effects[name]); });
  window.__sandboxWx = client;
  window.wx = window.jWeixin = wx;

  /* The real client brings its bridge along; here it comes with the script. It asks for no configuration. */
  if (!window.WeixinJSBridge) {
    window.WeixinJSBridge = {
      call: function (name) { window.WeixinJSBridge.invoke(name, {}); },
      invoke: function (name, options, callback) {
        var effect = effects[name];
        client.calls.push("bridge:" + name);
        if (effect) { effect(options || {}); }
        if (callback) { callback({ err_msg: name + (effect ? ":ok" : ":fail") }); }
      },
      on: function () {}
    };
    document.dispatchEvent(new Event("WeixinJSBridgeReady"));
  }
  __OPEN_TAGS__
})();
