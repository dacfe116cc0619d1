// 用手机拍照上传: the code is shown where its button is, and the photos appear as they arrive. Asked every few seconds,
// less often while nothing comes, not at all while the page is hidden. Without this script the code has a page of
// its own and the photos are there when one comes back.
const SOONEST = 3000;
const LATEST = 20000;
const PATIENCE = 15 * 60 * 1000;

for (const section of document.querySelectorAll('[data-by-phone]')) begin(section);

function begin(section) {
  const form = section.querySelector('form');
  const button = form.querySelector('[type=submit]');
  const place = section.querySelector('[data-code]');
  const said = section.querySelector('[data-said]');
  const list = section.querySelector('[data-list]');
  let wait = SOONEST, timer = 0, ending = 0, until = 0, asking = false;
  // Photos that were there when the code was made, or were chosen on this page, have not come from the phone.
  let known = [], arrived = 0;

  form.addEventListener('submit', function (event) {
    event.preventDefault();
    if (form.hasAttribute('data-sent')) return;
    form.setAttribute('data-sent', '');
    button.setAttribute('aria-disabled', 'true');
    fetch(form.action, { method: 'POST', body: new FormData(form), credentials: 'same-origin', redirect: 'manual', headers: { 'X-Fragment': 'code' } })
      .then(function (answer) {
        if (answer.headers.get('X-Fragment') !== 'code') throw new Error('no code');
        return answer.text();
      })
      .then(show)
      .catch(function () {
        // Signed out, or no network: the form's own way leads to a page that says so.
        form.submit();
      })
      .then(function () {
        form.removeAttribute('data-sent');
        button.removeAttribute('aria-disabled');
      });
  });

  function show(html) {
    place.innerHTML = html;
    button.textContent = '换一个二维码';
    known = numbers(place);
    arrived = 0;
    list.innerHTML = '';
    say('二维码已显示，请用手机扫一扫。手机上传的照片会出现在下面对应的一行。');
    window.clearTimeout(ending);
    ending = window.setTimeout(function () {
      place.innerHTML = '';
      say('二维码已过期。还要用手机上传的，请点“换一个二维码”。');
    }, Number(place.firstElementChild.getAttribute('data-seconds')) * 1000);
    until = Date.now() + PATIENCE;
    again(SOONEST);
  }

  function say(words) { said.textContent = words; }

  function again(after) {
    wait = Math.min(after, LATEST);
    window.clearTimeout(timer);
    if (until && !document.hidden && Date.now() < until) timer = window.setTimeout(ask, wait);
  }

  function ask() {
    if (asking) return;
    asking = true;
    fetch(section.getAttribute('data-arrived'), { credentials: 'same-origin', redirect: 'manual', cache: 'no-store', headers: { 'X-Fragment': 'photos' } })
      .then(function (answer) {
        const name = answer.headers.get('X-Fragment');
        return answer.text().then(function (html) { take(name, html); });
      })
      .catch(function () { again(wait * 2); })
      .then(function () { asking = false; });
  }

  function numbers(part) {
    const there = part.querySelector('[data-photos]');
    return there ? there.getAttribute('data-photos').split(' ').filter(Boolean) : [];
  }

  function isShown(number) { return Boolean(document.querySelector('img[src$="/' + number + '"]')); }

  function take(name, html) {
    if (name === 'gone') {
      list.innerHTML = html;
      place.innerHTML = '';
      window.clearTimeout(ending);
      until = 0;
      say('');
    } else if (name !== 'photos') {
      until = 0;
      say('登录已超时，请刷新页面重新登录后查看照片。已上传的照片都还在。');
    } else if (document.querySelector('form[data-upload][data-busy]')) {
      // This page is uploading itself: which photo came from where is known when its row is there.
      again(SOONEST);
    } else {
      const holder = document.createElement('div');
      holder.innerHTML = html;
      const now = numbers(holder);
      const changed = now.join() !== known.join();
      const fresh = now.filter(function (number) { return known.indexOf(number) < 0 && !isShown(number); });
      known = now;
      if (fresh.length) {
        arrived += fresh.length;
        say('已收到' + arrived + '张照片。');
      }
      if (!changed) return again(wait * 1.5);
      section.dispatchEvent(new CustomEvent('by-phone:arrived', { bubbles: true, detail: { count: arrived } }));
      until = Date.now() + PATIENCE;
      again(SOONEST);
    }
    return undefined;
  }

  document.addEventListener('visibilitychange', function () { again(document.hidden ? wait : 300); });
}
