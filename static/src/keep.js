// A half-filled page of the phone is kept quietly: after a pause, and when the person leaves. The button is still the only
// thing that goes on; without this script its page is kept when it is pressed, and the line beside it says so.
const form = document.querySelector('form[data-keep]');
const line = form && form.querySelector('[data-kept]');
const PAUSE = 1500;
const AGAIN = 10000;
const WORDS = {
  first: '填写的内容会自动保存。',
  later: '刚才没有自动保存成功，填写的内容还在本页，稍后会再试。',
  ended: '登录已超时，填写的内容还在本页。点“下一步”重新登录后会为您保留。',
};
let timer = 0;
let sending = null;
let stopped = false;
let due = false;

function tell(words) {
  if (line.textContent !== words) line.textContent = words;
}

function values() {
  const found = {};
  Array.prototype.forEach.call(form.elements, function (control) {
    if (control.name && control.type !== 'hidden' && control.type !== 'checkbox') found[control.name] = control.value;
  });
  return found;
}

function save() {
  window.clearTimeout(timer);
  timer = 0;
  if (stopped || sending || !due || form.hasAttribute('data-sent')) return;
  due = false;
  const sent = values();
  sending = fetch(form.dataset.keep, { method: 'POST', body: new FormData(form), credentials: 'same-origin', redirect: 'manual', keepalive: true })
    .then(function (answer) {
      if (answer.type === 'opaqueredirect') return stop(WORDS.ended);
      if ((answer.headers.get('Content-Type') || '').indexOf('application/json') !== 0) return Promise.reject(answer.status);
      return answer.json().then(function (kept) { answer.ok ? take(kept, sent) : stop(kept.said); });
    })
    .catch(function () {
      tell(WORDS.later);
      later(AGAIN);
    })
    .then(function () {
      sending = null;
      if (due && !timer) later(PAUSE);
    });
}

// The page goes on from what was kept. What another window had changed appears here, unless it was typed over in this
// very moment: then the page stays at its version, and the button asks which of the two it shall be.
function take(kept, sent) {
  const now = values();
  const names = Object.keys(now).filter(function (name) { return name in kept.renewed; });
  if (names.some(function (name) { return now[name] !== sent[name]; })) return;
  names.forEach(function (name) { form.elements[name].value = kept.renewed[name]; });
  form.elements.seen_version.value = kept.version;
  form.elements.submission_key.value = kept.key;
  tell(names.length ? '有内容在另一个窗口改过，已更新到本页，请核对。' : kept.said);
}

function stop(words) {
  stopped = true;
  tell(words);
}

function later(pause) {
  due = true;
  window.clearTimeout(timer);
  timer = window.setTimeout(save, pause);
}

if (form && window.fetch) {
  tell(WORDS.first);
  const changed = function (event) {
    if (event.target.type !== 'checkbox') later(PAUSE);
  };
  form.addEventListener('input', changed);
  form.addEventListener('change', changed);
  window.addEventListener('pagehide', save);
  document.addEventListener('visibilitychange', function () {
    if (document.visibilityState === 'hidden') save();
  });
  // Pressing the button waits for a save that is on its way: both would change the same draft.
  form.addEventListener('submit', function (event) {
    window.clearTimeout(timer);
    due = false;
    if (!sending) return;
    event.preventDefault();
    event.stopPropagation();
    sending.then(function () {
      window.clearTimeout(timer);
      due = false;
      if (form.requestSubmit) form.requestSubmit();
      else form.submit();
    });
  });
}
