// A half-filled page, of the phone or the hall, is kept quietly, so that it can be gone on with on another device: after a
// pause, and when the person leaves. The button is still the only thing that goes on or applies for anything. Without this
// script the page is kept when its button is pressed, and the line beside it says so.
const form = document.querySelector('form[data-autosave]');
const saved = form && form.querySelector('[data-saved]');
const changed = form && form.querySelector('[data-changed]');
const button = form ? form.querySelector('[type=submit]').textContent.trim() : '';
const PAUSE = 1200;
const AGAIN = 10000;
const PATIENCE = 8000;
const WORDS = {
  later: '刚才没有自动保存成功，填写的内容还在本页，稍后会再试。',
  ended: '登录已超时，填写的内容还在本页。点“' + button + '”重新登录后会为您保留。',
  sending: button === '提交申请' ? '正在提交，请稍候。' : '正在保存，请稍候。',
  renewed: '您在另一个窗口改过：',
  shown: '。本页已更新为最新内容，请核对。',
  again: '“我已阅读并同意”的勾选已取消，核对后请重新勾选。',
  beside: '这一项刚在另一个窗口改过，已更新为最新内容',
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

function ticks() { return Array.prototype.slice.call(form.querySelectorAll('input[type=checkbox]')); }

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
  const others = names.length || kept.key !== form.elements.submission_key.value;
  names.forEach(function (name) {
    form.elements[name].value = kept.renewed[name];
    beside(form.elements[name], 'renewed', 'info', WORDS.beside);
  });
  doubt(kept.warnings);
  const agreedAt = form.elements.agreed_at; // only where there is something to agree to
  const follows = agreedAt && agreedAt.value === standing() && !others;
  form.elements.seen_version.value = kept.version;
  form.elements.submission_key.value = kept.key;
  if (follows) agreedAt.value = standing();
  tell(kept.said);
  if (others) renewed(names);
}

// A tick is for what stood on the page when it was given. The server asks for `agreed_at` too.
function standing() { return form.elements.seen_version.value + ':' + form.elements.submission_key.value; }

function renewed(names) {
  const ticked = ticks().filter(function (tick) { return tick.checked; });
  ticked.forEach(function (tick) { tick.checked = false; });
  const words = names.length ? WORDS.renewed + names.map(label).join('、') + WORDS.shown : '';
  say(words + (ticked.length ? WORDS.again : ''));
  if (names.length) form.dispatchEvent(new CustomEvent('renewed'));
}

function say(words) {
  if (!changed) {
    if (words) tell(words);
    return;
  }
  changed.textContent = words;
  changed.classList.toggle('note', words !== '');
  changed.classList.toggle('note_warn', words !== '');
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
    beside(form.elements[name], 'warning', 'warn', warnings[name] ? '请留意：' + warnings[name] : '');
  });
}

function beside(control, part, kind, words) {
  const id = control.id + '-' + part;
  const there = document.getElementById(id);
  if (there && there.textContent.trim() === words) return;
  if (there) there.remove();
  const said = (control.getAttribute('aria-describedby') || '').split(' ').filter(function (other) { return other && other !== id; });
  if (words) {
    const note = document.createElement('p');
    note.id = id;
    note.className = 'note note_' + kind;
    note.innerHTML = '<span class="icon icon_' + kind + '" aria-hidden="true"></span><span></span>';
    note.lastChild.textContent = words;
    control.closest('.field').appendChild(note);
    said.push(id);
  }
  if (said.length) control.setAttribute('aria-describedby', said.join(' '));
  else control.removeAttribute('aria-describedby');
}

// At once, and also while a save has to be waited for.
function busy(is) {
  form.querySelectorAll('[type=submit]').forEach(function (button) {
    button.classList.toggle('busy', is);
    if (is) button.setAttribute('aria-disabled', 'true');
    else button.removeAttribute('aria-disabled');
  });
}

// The save that is on its way, but not for ever.
function settled() {
  return Promise.race([sending, new Promise(function (done) { window.setTimeout(done, PATIENCE); })]);
}

function send(which) {
  if (which.requestSubmit) which.requestSubmit();
  else which.submit();
}

function filled(event) {
  if (event.target.type !== 'checkbox') {
    if (document.getElementById(event.target.id + '-renewed')) beside(event.target, 'renewed', 'info', '');
    return later(PAUSE);
  }
  if (!event.target.checked || !form.elements.agreed_at) return undefined;
  form.elements.agreed_at.value = standing();
  return say('');
}

if (form && window.fetch) {
  if (saved.dataset.first) tell(saved.dataset.first);
  form.addEventListener('input', filled);
  form.addEventListener('change', filled); // old WebViews tell of a select only so
  document.addEventListener('visibilitychange', function () {
    if (document.visibilityState === 'hidden' && due) save();
  });
  window.addEventListener('pagehide', function () { if (due) save(); });
  // Pressing the button waits for a save that is on its way: both would change the same draft. If that save has taken
  // the tick off, there is something to look at first.
  let pressed = false;
  form.addEventListener('submit', function (event) {
    window.clearTimeout(timer);
    due = false;
    tell(WORDS.sending);
    if (!sending || pressed === 'waited') return;
    event.preventDefault();
    event.stopPropagation();
    if (pressed) return;
    pressed = true;
    busy(true);
    const before = ticks().filter(function (tick) { return tick.checked; });
    settled().then(function () {
      busy(false);
      if (before.some(function (tick) { return !tick.checked; })) {
        pressed = false;
        tell('');
        (changed || saved).scrollIntoView({ block: 'center' });
        return;
      }
      pressed = 'waited';
      send(form);
      pressed = false;
    });
  });
  // Whoever signs out leaves nothing unsaved behind: with the session gone it could not be kept any more.
  let left = false;
  document.addEventListener('submit', function (event) {
    if (left || (event.target.getAttribute('action') || '').indexOf('/login/out') !== 0) return;
    if (due) save();
    if (!sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    settled().then(function () {
      left = true;
      send(event.target);
    });
  }, true);
}
