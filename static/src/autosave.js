// A half-filled page is kept quietly, so that it can be gone on with on another device. The button is still the only
// thing that applies for anything. Without this script the page is kept when its button is pressed.
const form = document.querySelector('form[data-autosave]');
const saved = form && form.querySelector('[data-saved]');
const PAUSE = 1200;
const AGAIN = 10000;
const WORDS = {
  later: '刚才没有自动保存成功，填写的内容还在本页，稍后会再试。',
  ended: '登录已超时，填写的内容还在本页。点“提交申请”重新登录后会为您保留。',
};
let timer = 0;
let sending = null;
let stopped = false;
let due = false;

function values() {
  const found = {};
  Array.prototype.forEach.call(form.elements, function (control) {
    if (control.name && control.type !== 'hidden' && control.type !== 'checkbox') found[control.name] = control.value;
  });
  return found;
}

function tell(words) {
  if (saved.textContent !== words) saved.textContent = words;
}

function save() {
  window.clearTimeout(timer);
  if (stopped || sending || form.hasAttribute('data-sent')) return;
  due = false;
  let failed = false;
  const sent = values();
  sending = fetch(form.dataset.autosave, { method: 'POST', body: new FormData(form), credentials: 'same-origin', redirect: 'manual', keepalive: true })
    .then(function (answer) {
      if (answer.type === 'opaqueredirect') return stop(WORDS.ended);
      const isOurs = (answer.headers.get('Content-Type') || '').indexOf('application/json') === 0;
      if (!isOurs) return Promise.reject(answer.status);
      return answer.json().then(function (kept) { answer.ok ? take(kept, sent) : stop(kept.said); });
    })
    .catch(function () {
      failed = true;
      tell(WORDS.later);
    })
    .then(function () {
      sending = null;
      if (due || failed) later(failed ? AGAIN : PAUSE);
    });
}

// The page goes on from what was kept. What another window had changed is shown here; if it was typed over in this
// very moment, the page stays at its old version, so that pressing the button asks which of the two it shall be.
function take(kept, sent) {
  const now = values();
  const names = Object.keys(now).filter(function (name) { return name in kept.renewed; });
  if (names.some(function (name) { return now[name] !== sent[name]; })) return;
  names.forEach(function (name) { form.elements[name].value = kept.renewed[name]; });
  doubt(kept.warnings);
  form.elements.seen_version.value = kept.version;
  form.elements.submission_key.value = kept.key;
  if (names.length) {
    form.dispatchEvent(new CustomEvent('renewed'));
    tell('已更新您在另一个窗口改过的内容：' + names.map(label).join('、') + '。');
  } else tell(kept.said);
}

function label(name) {
  const words = form.elements[name].labels;
  return words && words.length ? words[0].textContent.trim() : '';
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

// Doubts that stop nobody (a card number whose check digit does not fit) stand beside their field.
function doubt(warnings) {
  Object.keys(values()).forEach(function (name) {
    const control = form.elements[name];
    const id = control.id + '-warning';
    const there = document.getElementById(id);
    const words = warnings[name] ? '请留意：' + warnings[name] : '';
    if (there && there.textContent.trim() === words) return;
    if (there) there.remove();
    const said = (control.getAttribute('aria-describedby') || '').split(' ').filter(function (other) { return other && other !== id; });
    if (words) {
      const note = document.createElement('p');
      note.id = id;
      note.className = 'note note_warn';
      note.innerHTML = '<span class="icon icon_warn" aria-hidden="true"></span><span></span>';
      note.lastChild.textContent = words;
      control.closest('.field').appendChild(note);
      said.push(id);
    }
    if (said.length) control.setAttribute('aria-describedby', said.join(' '));
    else control.removeAttribute('aria-describedby');
  });
}

if (form && window.fetch) {
  form.addEventListener('input', function (event) {
    if (event.target.type !== 'checkbox') later(PAUSE);
  });
  document.addEventListener('visibilitychange', function () {
    if (document.visibilityState === 'hidden' && due) save();
  });
  // Pressing the button waits for a save that is on its way: both would change the same draft.
  form.addEventListener('submit', function (event) {
    window.clearTimeout(timer);
    due = false;
    if (!sending) return;
    event.preventDefault();
    event.stopPropagation();
    sending.then(function () {
      if (form.requestSubmit) form.requestSubmit();
      else form.submit();
    });
  });
}
