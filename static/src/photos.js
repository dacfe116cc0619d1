// Uploading: one tap opens the picker, one choice uploads at once, shrunk if the phone can, with progress.
// Each photo is a request of its own and stored before the next; without this script the same forms work too.
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
  });
}

document.addEventListener('click', function (event) {
  const button = event.target.closest && event.target.closest('form[data-upload] [type=submit]');
  if (!button) return;
  event.preventDefault();
  if (button.form.hasAttribute('data-busy')) return;
  const input = button.form.querySelector('input[type=file]');
  if (button.form.pending) send(button.form, button.form.pending);
  else input.click();
});

document.addEventListener('change', function (event) {
  const form = event.target.form;
  const file = event.target.files && event.target.files[0];
  if (!file || !form || !form.hasAttribute('data-upload')) return;
  say(form, '正在处理照片…');
  form.setAttribute('data-busy', '');
  shrunk(file).then(function (blob) {
    event.target.value = '';
    send(form, blob);
  });
});

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

function send(form, blob) {
  if (blob.size > MOST_BYTES) return fail(form, null, WORDS.tooLarge);
  const body = new FormData();
  form.querySelectorAll('input[type=hidden]').forEach(function (field) { body.append(field.name, field.value); });
  body.append('photo', blob, 'photo.jpg');
  const request = new XMLHttpRequest();
  request.open('POST', form.action);
  request.setRequestHeader('X-Fragment', 'row');
  request.timeout = 120000;
  const bar = document.createElement('progress');
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute('aria-label', '上传进度');
  form.setAttribute('data-busy', '');
  button(form).classList.add('busy');
  say(form, '正在上传…');
  status(form).appendChild(bar);
  request.upload.onprogress = function (event) {
    if (event.lengthComputable) bar.value = Math.round((event.loaded / event.total) * 100);
  };
  const failed = function (words) { return function () { unlessEnded(form, blob, words); }; };
  request.onload = function () {
    const kind = request.getResponseHeader('X-Fragment');
    if (kind === 'stored' || (kind && request.status === 422)) exchange(form, request.responseText);
    else if (request.status === 413) fail(form, null, WORDS.tooLarge);
    else if (kind) window.location.assign(AGAIN);
    else failed(WORDS.busy)();
  };
  request.onerror = request.ontimeout = request.onabort = failed(WORDS.failed);
  request.send(body);
}

// A session that has ended answers by sending us elsewhere to sign in, which a script cannot follow: the page can.
function unlessEnded(form, blob, words) {
  fetch(window.location.pathname, { credentials: 'same-origin', redirect: 'manual', cache: 'no-store' })
    .then(function (answer) {
      if (answer.type === 'opaqueredirect') window.location.assign(AGAIN);
      else fail(form, blob, words);
    })
    .catch(function () { fail(form, blob, words); });
}

function exchange(form, html) {
  const row = form.closest('[data-kind]');
  const holder = document.createElement('ul');
  holder.innerHTML = html;
  const fresh = holder.querySelector('[data-kind]');
  row.parentNode.replaceChild(fresh, row);
  if (fresh.querySelector('.photo')) tick(fresh.id);
  prepare(fresh);
  fresh.focus({ preventScroll: true });
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
  button(form).classList.remove('busy');
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
