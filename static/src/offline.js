// On the page without a network: it opens again by itself, and tells of photos that wait on this phone.
const ownAddress = window.location.pathname === '/h5/offline';

// A phone may say that it is back too early, or not at all: what counts is whether we answer.
function look() {
  fetch('/h5/sw.js', { cache: 'no-store' }).then(function (answer) {
    if (answer.ok && !ownAddress) window.location.replace(window.location.pathname + window.location.search);
  }, function () { /* not yet */ });
}
window.addEventListener('online', function () { window.setTimeout(look, 500); });
window.setInterval(look, 3000);
if (ownAddress) document.querySelector('[data-retry]').href = '/h5/';
if (window.photoQueue) {
  window.photoQueue.count().then(function (waiting) {
    if (!waiting) return;
    const line = document.querySelector('[data-waiting]');
    line.textContent = '有 ' + waiting + ' 张照片加密保存在这部手机上，联网后回到上传页面会自动上传。';
    line.hidden = false;
  });
}
