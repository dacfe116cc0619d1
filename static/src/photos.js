// Uploading: one tap opens the picker, one choice uploads at once, shrunk if the phone can, with progress.
// Each photo is a request of its own and stored before the next; without this script the same forms work too.
// A form with room for several (data-room, in the hall) takes several files at once, one after the other. Other scripts
// hand over files by the event `files` (detail: the files) and a fresh row by the event `row` (detail: its HTML).
const LONGEST = 2560;
const SMALL_ENOUGH = 1500 * 1000;
const MOST_BYTES = 15 * 1024 * 1024;
// This page after signing in again, saying that the last photo has to be chosen once more.
const AGAIN = window.location.pathname + '?notice=choose_again';
const WORDS = {
  tooLarge: '照片太大（超过15MB），请用手机重新拍摄，或选择另一张。',
  failed: '网络不给力，这张照片没有传上去。已上传的照片都还在，请重试。',
  busy: '系统繁忙，这张照片没有传上去。已上传的照片都还在，请稍后重试。',
};

// Old engines draw a picture without turning it upright, and the shrunk copy has lost the hint to do so.
const turnsUpright = window.CSS && CSS.supports && CSS.supports('image-orientation', 'from-image');

prepare(document);

function prepare(root) {
  root.querySelectorAll('form[data-upload] input[type=file]').forEach(function (input) {
    input.tabIndex = -1;
    input.multiple = Number(input.form.dataset.room) > 1;
  });
}

document.addEventListener('click', function (event) {
  const button = event.target.closest && event.target.closest('form[data-upload] [type=submit]');
  if (!button) return;
  event.preventDefault();
  if (button.form.hasAttribute('data-busy')) return;
  const input = button.form.querySelector('input[type=file]');
  if (button.form.pending) take(button.form, button.form.pending);
  else input.click();
});

document.addEventListener('change', function (event) {
  const form = event.target.form;
  const files = event.target.files;
  if (!files || !files.length || !form || !form.hasAttribute('data-upload')) return;
  take(form, Array.prototype.slice.call(files), event.target);
});

document.addEventListener('files', function (event) { take(event.target, event.detail); });
document.addEventListener('row', function (event) { exchange(event.target, event.detail, false); });

// Files chosen for a row that is still busy wait for their turn.
const waiting = {};

function take(form, files, input) {
  const id = form.closest('[data-kind]').id;
  if (form.hasAttribute('data-busy')) {
    waiting[id] = (waiting[id] || []).concat(files);
    return;
  }
  const room = Number(form.dataset.room) || 1;
  form.setAttribute('data-busy', '');
  form.pending = null;
  if (files.length === 1) one(form, files[0], input);
  else many(form, files.slice(0, room), files.length > room ? '这里还能上传' + room + '张，多选的没有上传。' : '', input);
}

function one(form, file, input) {
  say(form, '正在处理照片…');
  shrunk(file).then(function (blob) {
    if (input) input.value = '';
    if (blob.size > MOST_BYTES) return fail(form, null, WORDS.tooLarge);
    busy(button(form), true);
    say(form, '正在上传…');
    const bar = progress('上传进度');
    status(form).appendChild(bar);
    return post(form, blob, bar).then(function (outcome) {
      if (outcome.html) exchange(form.closest('[data-kind]'), outcome.html, true);
      else fail(form, outcome.again ? [file] : null, outcome.words);
    });
  });
}

function many(form, files, said, input) {
  const row = form.closest('[data-kind]');
  const list = document.createElement('ul');
  const left = [];
  const refused = said ? [said] : [];
  let html = '';
  busy(button(form), true);
  say(form, '');
  list.className = 'upload__files';
  status(form).appendChild(list);
  const lines = files.map(function (file) {
    const line = document.createElement('li');
    const bar = progress(file.name + '，上传进度');
    line.textContent = file.name;
    line.appendChild(bar);
    list.appendChild(line);
    return { file: file, bar: bar };
  });
  lines.reduce(function (before, line) {
    return before.then(function () { return shrunk(line.file); }).then(function (blob) {
      if (blob.size > MOST_BYTES) return { words: WORDS.tooLarge };
      return post(form, blob, line.bar);
    }).then(function (outcome) {
      line.bar.value = outcome.stored ? 100 : 0;
      if (outcome.stored) html = outcome.html;
      else if (outcome.again) left.push(line.file);
      if (!outcome.stored) refused.push(line.file.name + '：' + (outcome.html ? problemOf(outcome.html) : outcome.words));
    });
  }, Promise.resolve()).then(function () {
    if (input) input.value = '';
    const fresh = html ? exchange(row, html, true) : row;
    if (!refused.length) return;
    const next = fresh.querySelector('form[data-room]');
    if (next) fail(next, left.length ? left : null, refused.join(' '));
    else complain(fresh, refused.join(' '));
  });
}

function busy(pressed, is) {
  if (is) pressed.setAttribute('aria-disabled', 'true');
  else pressed.removeAttribute('aria-disabled');
  pressed.classList.toggle('busy', is);
}

function problemOf(html) {
  const holder = document.createElement('ul');
  holder.innerHTML = html;
  const found = holder.querySelector('.field__problem');
  return found ? found.textContent.trim() : WORDS.busy;
}

function complain(row, words) {
  const line = document.createElement('p');
  line.className = 'upload__status bad';
  line.setAttribute('role', 'status');
  row.appendChild(line);
  line.textContent = words;
}

function progress(words) {
  const bar = document.createElement('progress');
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute('aria-label', words);
  return bar;
}

function shrunk(file) {
  if (!turnsUpright) return Promise.resolve(file);
  return new Promise(function (done) {
    const url = URL.createObjectURL(file);
    const picture = new Image();
    const finish = function (blob) {
      URL.revokeObjectURL(url);
      done(blob && blob.size < file.size ? blob : file);
    };
    picture.onerror = function () { finish(null); };
    picture.onload = function () {
      const factor = Math.min(1, LONGEST / Math.max(picture.naturalWidth, picture.naturalHeight));
      if (factor === 1 && file.size <= SMALL_ENOUGH) return finish(null);
      const canvas = document.createElement('canvas');
      canvas.width = Math.round(picture.naturalWidth * factor);
      canvas.height = Math.round(picture.naturalHeight * factor);
      const context = canvas.getContext('2d');
      if (!context) return finish(null);
      context.fillStyle = '#fff';
      context.fillRect(0, 0, canvas.width, canvas.height);
      context.drawImage(picture, 0, 0, canvas.width, canvas.height);
      canvas.toBlob(finish, 'image/jpeg', 0.9);
    };
    picture.src = url;
  });
}

// What came of sending one photo: `html`, the row as it is now (`stored`, or with what is wrong), or `words` of a fault
// (`again`: the same photo may be sent again).
function post(form, blob, bar) {
  const body = new FormData();
  form.querySelectorAll('input[type=hidden]').forEach(function (field) { body.append(field.name, field.value); });
  body.append('photo', blob, 'photo.jpg');
  const request = new XMLHttpRequest();
  request.open('POST', form.action);
  request.setRequestHeader('X-Fragment', 'row');
  request.timeout = 120000;
  request.upload.onprogress = function (event) {
    if (event.lengthComputable) bar.value = Math.round((event.loaded / event.total) * 100);
  };
  return new Promise(function (done) {
    const failed = function (words) { return function () { unlessEnded({ words: words, again: true }, done); }; };
    request.onload = function () {
      const kind = request.getResponseHeader('X-Fragment');
      if (kind === 'stored' || (kind && request.status === 422)) done({ html: request.responseText, stored: kind === 'stored' });
      else if (request.status === 413) done({ words: WORDS.tooLarge });
      else if (kind) window.location.assign(AGAIN);
      else failed(WORDS.busy)();
    };
    request.onerror = request.ontimeout = request.onabort = failed(WORDS.failed);
    request.send(body);
  });
}

// A session that has ended answers by sending us elsewhere to sign in, which a script cannot follow: the page can.
function unlessEnded(outcome, done) {
  fetch(window.location.pathname, { credentials: 'same-origin', redirect: 'manual', cache: 'no-store' })
    .then(function (answer) {
      if (answer.type === 'opaqueredirect') window.location.assign(AGAIN);
      else done(outcome);
    })
    .catch(function () { done(outcome); });
}

function exchange(row, html, focus) {
  const holder = document.createElement('ul');
  holder.innerHTML = html;
  const fresh = holder.querySelector('[data-kind]');
  row.parentNode.replaceChild(fresh, row);
  if (fresh.querySelector('.photo')) tick(fresh.id);
  prepare(fresh);
  if (focus) fresh.focus({ preventScroll: true });
  const next = waiting[fresh.id];
  const form = fresh.querySelector('form[data-room]');
  delete waiting[fresh.id];
  if (next && form) window.setTimeout(take, 0, form, next);
  return fresh;
}

// What is there now is no longer listed as missing at the top.
function tick(id) {
  const summary = document.querySelector('.summary');
  const link = summary && summary.querySelector('a[href="#' + id + '"]');
  if (!link) return;
  link.closest('li').remove();
  if (!summary.querySelector('li')) summary.remove();
}

function fail(form, pending, words) {
  form.removeAttribute('data-busy');
  form.pending = pending;
  busy(button(form), false);
  button(form).dataset.words = button(form).dataset.words || button(form).textContent;
  button(form).textContent = pending ? '重试' : button(form).dataset.words;
  say(form, words);
  status(form).classList.add('bad');
}

function say(form, words) {
  form.classList.add('upload_said');
  status(form).classList.remove('bad');
  status(form).textContent = words;
}

function status(form) { return form.querySelector('[data-status]'); }

function button(form) { return form.querySelector('[type=submit]'); }
