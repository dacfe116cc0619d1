// Inside WeChat only: its share menu and its button for notices. Whatever fails here leaves the page as it was.
const own = document.querySelector('script[data-wechat]');
const share = own.dataset.share || '';
const tag = document.querySelector('wx-open-subscribe');
// On iOS the client checks the address that a page was opened with, elsewhere the one it has by now.
const arrived = window.location.href;
const onIos = /iPhone|iPad|iPod/.test(window.navigator.userAgent);

// The client's own bridge needs no configuration, so a personal page is safe before there is one, and without.
function menu() {
  if (window.WeixinJSBridge) window.WeixinJSBridge.call(share ? 'showOptionMenu' : 'hideOptionMenu');
}
menu();
document.addEventListener('WeixinJSBridgeReady', menu);
window.addEventListener('pageshow', menu);

function sdk() {
  return new Promise(function (resolve, reject) {
    const script = document.createElement('script');
    script.src = own.dataset.wechat;
    script.onload = function () {
      resolve(window.jWeixin || window.wx);
    };
    script.onerror = reject;
    document.head.appendChild(script);
  });
}

function configuration() {
  const address = (onIos ? arrived : window.location.href).split('#')[0];
  return fetch('/wechat/jssdk/config?url=' + encodeURIComponent(address), { credentials: 'same-origin' }).then(function (answer) {
    return answer.ok ? answer.json() : Promise.reject(answer.status);
  });
}

function configure(wx, signed) {
  let failed = false;
  wx.error(function () {
    failed = true;
  });
  // Called after the check, however it ended.
  wx.ready(function () {
    if (failed) return;
    if (share) allowSharing(wx);
    else forbidSharing(wx);
    if (tag) offer(tag.closest('section'));
  });
  wx.config({
    debug: false,
    appId: signed.appId,
    timestamp: signed.timestamp,
    nonceStr: signed.nonceStr,
    signature: signed.signature,
    jsApiList: share
      ? ['showOptionMenu', 'showAllNonBaseMenuItem', 'updateAppMessageShareData', 'updateTimelineShareData']
      : ['hideOptionMenu', 'hideAllNonBaseMenuItem'],
    openTagList: tag ? ['wx-open-subscribe'] : [],
  });
}

function forbidSharing(wx) {
  wx.hideAllNonBaseMenuItem();
  wx.hideOptionMenu();
}

// What is shared is the page without its query: nothing of the visit of whoever shares it.
function allowSharing(wx) {
  const here = window.location;
  const card = { title: document.title, desc: share, link: here.origin + here.pathname, imgUrl: here.origin + own.dataset.picture };
  wx.showOptionMenu();
  wx.showAllNonBaseMenuItem();
  wx.updateAppMessageShareData(card);
  wx.updateTimelineShareData({ title: card.title, link: card.link, imgUrl: card.imgUrl });
}

// {"TEMPLATE": "{\"status\": \"accept\"}"}, both levels as text or not, by the client's version.
function answerOf(detail) {
  const opened = function (value) {
    return typeof value === 'string' && value.charAt(0) === '{' ? JSON.parse(value) : value;
  };
  try {
    const answer = opened(opened(detail.subscribeDetails)[tag.getAttribute('template')]);
    return answer.status || answer;
  } catch (error) {
    return '';
  }
}

function offer(section) {
  const why = section.querySelector('[data-subscribe-why]');
  const said = section.querySelector('[data-subscribe-said]');
  tag.addEventListener('success', function (event) {
    if (answerOf(event.detail) !== 'accept') {
      said.textContent = '您没有开启。需要时可以再点上面的按钮，进度也可以随时在这里查看。';
      return;
    }
    tag.hidden = why.hidden = true;
    said.textContent = '已开启办理进度通知，每一步进展都会通过微信通知您。';
  });
  tag.addEventListener('error', function (event) {
    said.textContent =
      String(event.detail && event.detail.errCode) === '20004'
        ? '您已在微信里关闭了这个公众号的通知。请打开公众号，点右上角进入通知管理，打开后再试。'
        : '暂时没有开启成功，请稍后再试。进度可以随时在“我的申请”里查看。';
  });
  section.hidden = false;
}

// Too old a client or a system without web components.
document.addEventListener('WeixinOpenTagsError', function () {
  if (tag) tag.closest('section').hidden = true;
});

function begin() {
  Promise.all([sdk(), configuration()])
    .then(function (got) {
      configure(got[0], got[1]);
    })
    .catch(function () {});
}

// Not before every other script of the page has run: one of them tidies the address.
if (document.readyState === 'complete') begin();
else document.addEventListener('DOMContentLoaded', begin);
