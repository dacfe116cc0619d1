// On every page: nothing here is needed to get anywhere, it only makes it smoother.
document.documentElement.classList.add('js');

// WeChat's authorisation leaves its mark on the address, which redirects carry along; nobody needs it here.
if (window.location.hash === '#wechat_redirect') {
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
}

// A page that answered a post must not be asked for again by the back key: the browser would show a warning of
// its own instead of the page. Its address opens the same page by GET, with everything that was right in it.
if (document.documentElement.hasAttribute('data-posted')) {
  window.history.replaceState(null, '', window.location.href);
}

// A notice that a redirect brought along is for once.
if (window.location.search.indexOf('notice=') >= 0) {
  const kept = window.location.search.slice(1).split('&').filter(function (part) {
    return part.indexOf('notice=') !== 0 && part.indexOf('no=') !== 0;
  });
  const search = kept.length ? '?' + kept.join('&') : '';
  window.history.replaceState(null, '', window.location.pathname + search + window.location.hash);
}

// A page brought back by the back key may show what is no longer so: fetch it anew, unless something was typed
// into it and not sent yet.
window.addEventListener('pageshow', function (event) {
  const sent = document.querySelectorAll('form[data-sent]');
  if (event.persisted && (sent.length || !isTyped())) window.location.reload();
  else sent.forEach(release);
});

function isTyped() {
  return Array.prototype.some.call(document.querySelectorAll('input, select, textarea'), function (control) {
    if (control.type === 'hidden' || control.type === 'file') return false;
    if (control.type === 'checkbox') return control.checked !== control.defaultChecked;
    if (control.options) {
      const chosen = control.options[control.selectedIndex];
      return control.selectedIndex > 0 && chosen && !chosen.defaultSelected;
    }
    return control.value !== control.defaultValue;
  });
}

// Two taps are one. The server would recognise them anyway; the person should not have to wonder.
document.addEventListener('submit', function (event) {
  const form = event.target;
  if (!form.hasAttribute('data-once')) return;
  if (form.hasAttribute('data-sent')) {
    event.preventDefault();
    return;
  }
  form.setAttribute('data-sent', '');
  form.querySelectorAll('[type=submit]').forEach(function (button) {
    button.classList.add('busy');
    button.setAttribute('aria-disabled', 'true');
  });
  // If no answer comes at all, the button works again.
  window.setTimeout(release, 20000, form);
});

function release(form) {
  form.removeAttribute('data-sent');
  form.querySelectorAll('[type=submit]').forEach(function (button) {
    button.classList.remove('busy');
    button.removeAttribute('aria-disabled');
  });
}

// What is wrong is read out first, and each line of it leads to its field.
const summary = document.querySelector('[data-focus]');
if (summary) summary.focus();
document.addEventListener('click', function (event) {
  const link = event.target.closest && event.target.closest('.summary a');
  const target = link && document.getElementById(link.hash.slice(1));
  if (!target) return;
  event.preventDefault();
  const field = target.closest('.field') || target;
  field.scrollIntoView();
  target.focus({ preventScroll: true });
});

// Messages that were looked at are read; without this script there is a button for it. The marks stay on the page
// at hand, so that one still sees which were new.
const seen = document.querySelector('form[data-seen]');
if (seen && window.fetch && window.FormData) {
  window.fetch(seen.action, { method: 'POST', body: new FormData(seen), credentials: 'same-origin', redirect: 'manual' })
    .then(function () { seen.hidden = true; }, function () { /* the button is still there */ });
}

// The phone keeps our static files and the page for when there is no network. WeChat brings its own ways.
if (navigator.serviceWorker && navigator.userAgent.indexOf('MicroMessenger') < 0) {
  navigator.serviceWorker.register('/h5/sw.js', { scope: '/h5/', updateViaCache: 'none' }).catch(function () { /* then without */ });
}

// Photos that wait on this phone for a network are the person's: whoever signs out leaves none behind. They are not
// deleted without a word: the page that asks (/login/out) says how many there are, and staying is what it offers first.
document.addEventListener('submit', function (event) {
  const form = event.target;
  const action = form.getAttribute('action') || '';
  if (action.split('?')[0] !== '/login/out' || event.defaultPrevented || !window.indexedDB) return;
  event.preventDefault();
  if (form.hasAttribute('data-asked')) return deleteThenLeave(form);
  countWaiting(function (waiting) {
    if (waiting) window.location.assign(action);
    else deleteThenLeave(form);
  });
});

const asking = document.querySelector('form[data-asked]');
if (asking && window.indexedDB) {
  countWaiting(function (waiting) {
    if (!waiting) return;
    const line = document.querySelector('[data-leaving]');
    const out = asking.querySelector('[type=submit]');
    const stay = asking.querySelector('[data-stay]');
    line.lastElementChild.textContent = '还有' + waiting + '张照片没有上传，退出会从这部手机上删除。请先联网回到上传页面，等照片传完再退出。';
    line.hidden = false;
    out.textContent = '删除照片并退出';
    out.classList.replace('weui-btn_primary', 'weui-btn_default');
    stay.classList.replace('weui-btn_default', 'weui-btn_primary');
    out.parentNode.insertBefore(stay, out);
  });
}

function deleteThenLeave(form) {
  let left = false;
  const leave = function () {
    if (!left) form.submit();
    left = true;
  };
  const deleting = indexedDB.deleteDatabase('waiting-photos');
  deleting.onsuccess = deleting.onerror = leave;
  window.setTimeout(leave, 2000);
}

// How many wait; 0 too when it cannot be told, so that nobody is kept from signing out.
function countWaiting(then) {
  let told = false;
  const tell = function (number) {
    if (!told) then(number);
    told = true;
  };
  const none = function () { tell(0); };
  window.setTimeout(none, 2000);
  try {
    const opening = indexedDB.open('waiting-photos', 1);
    opening.onupgradeneeded = function () { opening.transaction.abort(); };
    opening.onerror = none;
    opening.onsuccess = function () {
      const counting = opening.result.transaction('photos').objectStore('photos').count();
      counting.onsuccess = function () { opening.result.close(); tell(counting.result); };
      counting.onerror = function () { opening.result.close(); none(); };
    };
  } catch (error) {
    none();
  }
}
