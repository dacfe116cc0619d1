// Uploading: one tap opens the picker, one choice uploads at once, shrunk if the phone can, with progress.
// Each photo is a request of its own and stored before the next; without this script the same forms work too.
// A form with room for several (data-room, in the hall) takes several files at once, one after the other. Other scripts
// hand over files by the event `files` (detail: files, and what to say of others) and a fresh row by the event `row`
// (detail: its HTML).
const LONGEST = 2560;
const SMALL_ENOUGH = 1500 * 1000;
const MOST_BYTES = 15 * 1024 * 1024;
// This page after signing in again, saying that the last photo has to be chosen once more.
const AGAIN = window.location.pathname + '?notice=choose_again';
const WORDS = {
  tooLarge: '照片太大（超过15MB），请用手机重新拍摄，或选择另一张。',
  failed: '网络不给力，这张照片没有传上去。已上传的照片都还在，请重试。',
  busy: '系统繁忙，这张照片没有传上去。已上传的照片都还在，请稍后重试。',
  lost: '有一张等待的照片没有传上去，请重新选择。',
  waiting: '张照片已加密保存在这部手机上，联网后自动上传。',
  handing: '正在上传，传完后自动提交。',
  unsent: '有照片没有传上去：',
  unsentWays: '。请点“重试”或重新选择；不需要这些照片的，再点一次“',
  refused: '有文件没有传上去，请看上面的提示，核对后再点“',
  notYet: '张照片还没有上传。请等待上传完成，或者点“不再上传”，然后再提交。',
};
const MOST_TRIES = 5;
const queue = window.photoQueue && window.photoQueue.usable ? window.photoQueue : null;

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

document.addEventListener('files', function (event) {
  if (event.detail.files.length) take(event.target, event.detail.files, null, event.detail.said);
  else complain(event.target.closest('[data-kind]'), event.detail.said);
});
// What a row still has to send, or to say, is not lost to a fresh one.
document.addEventListener('row', function (event) {
  const row = event.target;
  if (row.querySelector('[data-busy], [data-pending]')) return;
  const said = Array.prototype.map.call(row.querySelectorAll('.upload__status.bad'), function (line) { return line.textContent; });
  const fresh = exchange(row, event.detail, false);
  if (said.length) complain(fresh, said.join(' '));
});

// Files chosen for a row that is still busy wait for their turn.
const waiting = {};

function take(form, files, input, said) {
  const id = form.closest('[data-kind]').id;
  if (form.hasAttribute('data-busy')) {
    waiting[id] = (waiting[id] || []).concat(files);
    if (said) complain(form.closest('[data-kind]'), said);
    return;
  }
  const room = Number(form.dataset.room) || 1;
  // What did not get through before goes along, unless there is room for one only: then the new one is meant.
  if (form.pending && form.pending !== files && room > 1) files = form.pending.concat(files);
  form.setAttribute('data-busy', '');
  hold(form, null);
  const told = said ? [said] : [];
  if (files.length > room) told.push('这里还能上传' + room + '张，' + namesOf(files.slice(room)) + ' 没有上传。');
  if (files.length === 1 && !said) one(form, files[0], input);
  else many(form, files.slice(0, room), told.join(' '), input);
}

function namesOf(files) { return files.map(function (file) { return file.name || '照片'; }).join('、'); }

function hold(form, files) {
  form.pending = files;
  form.toggleAttribute('data-pending', Boolean(files));
}

function one(form, file, input) {
  say(form, '正在处理照片…');
  shrunk(file).then(function (blob) {
    if (input) input.value = '';
    send(form, blob);
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
      return post(form, blob, line.bar).then(unlessEnded);
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
  refusedMeanwhile = true;
  row.querySelectorAll('[data-complaint]').forEach(function (line) { if (line.textContent === words) line.remove(); });
  const line = document.createElement('p');
  line.className = 'upload__status bad';
  line.setAttribute('data-complaint', '');
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

// One photo, with its bar. `waiting`: it comes from the phone's shelf. Tells what became of it: 'settled' (taken or
// refused), 'again' (the page has to be fetched anew), 'odd' (an answer that fits nothing) or '' (none, or not now).
function send(form, blob, waiting) {
  form.setAttribute('data-busy', '');
  if (blob.size > MOST_BYTES) {
    fail(form, null, WORDS.tooLarge);
    return Promise.resolve('settled');
  }
  busy(button(form), true);
  say(form, '正在上传…');
  const bar = progress('上传进度');
  status(form).appendChild(bar);
  return post(form, blob, bar, waiting).then(function (outcome) {
    if (outcome.html) {
      if (!outcome.stored) refusedMeanwhile = true;
      exchange(form.closest('[data-kind]'), outcome.html, true);
      return 'settled';
    }
    if (outcome.stale) {
      if (!waiting) window.location.assign(AGAIN);
      return 'again';
    }
    if (!outcome.again) {
      fail(form, null, outcome.words);
      return 'settled';
    }
    reached().then(function (where) {
      if (where === 'signed out') window.location.assign(waiting ? window.location.pathname : AGAIN);
      else if (waiting) idle(form);
      else if (where === 'nowhere' && queue) put(form, blob, outcome.words);
      else fail(form, [blob], outcome.words);
    });
    return outcome.odd ? 'odd' : '';
  });
}

// What the server says to one photo: `html`, the row as it is now (`stored`, or with what is wrong); `stale`, the page is
// no longer good; or `words` of a fault (`again`: the same photo may be sent again; `odd`: an answer that fits nothing).
function post(form, blob, bar, waiting) {
  const body = new FormData();
  form.querySelectorAll('input[type=hidden]').forEach(function (field) { body.append(field.name, field.value); });
  // The form at hand is any of the row: what the photo replaces was said when it was taken.
  if (waiting) body.delete('replaces');
  if (waiting && waiting.replaces) body.append('replaces', waiting.replaces);
  body.append('photo', blob, 'photo.jpg');
  const request = new XMLHttpRequest();
  request.open('POST', form.action);
  request.setRequestHeader('X-Fragment', 'row');
  request.timeout = 120000;
  request.upload.onprogress = function (event) {
    if (event.lengthComputable) bar.value = Math.round((event.loaded / event.total) * 100);
  };
  return new Promise(function (done) {
    request.onload = function () {
      const kind = request.getResponseHeader('X-Fragment');
      if (kind === 'stored' || (kind && request.status === 422)) done({ html: request.responseText, stored: kind === 'stored' });
      else if (request.status === 413) done({ words: WORDS.tooLarge });
      else if (kind) done({ stale: true });
      else done({ words: WORDS.busy, again: true, odd: request.status < 500 });
    };
    request.onerror = request.ontimeout = request.onabort = function () { done({ words: WORDS.failed, again: true }); };
    request.send(body);
  });
}

// A session that has ended answers by sending us elsewhere to sign in, which a script cannot follow: the page can.
// Without an answer to that either there is no network: the photo waits on the phone.
function reached() {
  return fetch(window.location.pathname, { credentials: 'same-origin', redirect: 'manual', cache: 'no-store' })
    .then(function (answer) { return answer.type === 'opaqueredirect' ? 'signed out' : 'here'; })
    .catch(function () { return 'nowhere'; });
}

// Of several photos: the next is not tried when the page has to be left for signing in.
function unlessEnded(outcome) {
  if (outcome.stale) return leave();
  if (!outcome.again) return outcome;
  return reached().then(function (where) { return where === 'signed out' ? leave() : outcome; });
}

function leave() {
  window.location.assign(AGAIN);
  return new Promise(function () { /* the page goes */ });
}

function put(form, blob, words) {
  const replaced = form.querySelector('[name=replaces]');
  queue.add(kindOf(form), replaced ? replaced.value : '', blob).then(function () {
    idle(form);
    return show();
  }).catch(function () { fail(form, [blob], words); });
}

function kindOf(form) { return form.closest('[data-kind]').id.replace('kind-', ''); }

function idle(form) {
  form.removeAttribute('data-busy');
  form.classList.remove('upload_said');
  busy(button(form), false);
  status(form).textContent = '';
  window.setTimeout(handOn, 0);
}

// Handing in waits for what is still on its way, and asks once about what did not get through.
let handing = null;
let refusedMeanwhile = false;
let asked = false;
document.addEventListener('submit', function (event) {
  const form = event.target;
  if (!form.querySelector('[name=submission_key]')) return;
  const left = document.querySelectorAll('form[data-pending]');
  if (!isUploading() && (!left.length || asked)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  if (isUploading()) {
    handing = form;
    refusedMeanwhile = false;
    busy(button(form), true);
    tell(form, WORDS.handing, false);
  } else askAbout(form, left);
}, true);

function isUploading() {
  return Boolean(document.querySelector('form[data-upload][data-busy]')) || Object.keys(waiting).length > 0;
}

function handOn() {
  if (!handing || isUploading()) return;
  const form = handing;
  const left = document.querySelectorAll('form[data-pending]');
  handing = null;
  busy(button(form), false);
  if (left.length) askAbout(form, left);
  else if (refusedMeanwhile) {
    tell(form, WORDS.refused + button(form).textContent.trim() + '”。', true);
  } else if (form.requestSubmit) form.requestSubmit();
  else form.submit();
}

function askAbout(form, left) {
  const rows = Array.prototype.map.call(left, function (one) { return one.closest('[data-kind]').querySelector('h2').textContent.trim(); });
  asked = true;
  tell(form, WORDS.unsent + rows.join('、') + WORDS.unsentWays + button(form).textContent.trim() + '”。', true);
}

function tell(form, words, bad) {
  const line = form.querySelector('[data-handing]');
  line.classList.toggle('bad', bad);
  line.textContent = words;
}

// One after the other, in one window only: each is taken off the shelf when the server has said what became of it.
// Should an answer get lost, the same photo is sent again and the server knows it by its content.
let sending = false;
function sendWaiting() {
  if (!queue || sending) return;
  sending = true;
  const work = function () { return queue.all().then(next); };
  const locked = navigator.locks ? navigator.locks.request('waiting-photos', { ifAvailable: true }, function (lock) { return lock && work(); }) : work();
  locked.catch(function () {}).then(function () { sending = false; }).then(show);
}

function next(photos) {
  const photo = photos.shift();
  if (!photo) return Promise.resolve();
  const row = document.getElementById('kind-' + photo.kind);
  const form = row && row.querySelector('form[data-upload]:not([data-busy])');
  if (row && !form) return Promise.resolve();
  const gone = function () { return queue.remove(photo.id).then(function () { return next(photos); }); };
  if (!row || photo.tries >= MOST_TRIES) {
    if (form) say(form, WORDS.lost);
    return gone();
  }
  return queue.open(photo).then(function (blob) {
    return send(form, blob, photo).then(function (outcome) {
      if (outcome === 'settled') return gone();
      if (!outcome) return null;
      return queue.tried(photo).then(function () { if (outcome === 'again') window.location.assign(window.location.pathname); });
    });
  }, function () {
    say(form, WORDS.lost);
    return gone();
  });
}

// In each row: how many wait, and a way to let them go. `wanted`: somebody has tried to hand in meanwhile.
let wanted = false;
function show() {
  if (!queue) return Promise.resolve();
  return queue.all().then(function (photos) {
    document.querySelectorAll('[data-kind]').forEach(function (row) {
      const mine = photos.filter(function (photo) { return 'kind-' + photo.kind === row.id; });
      const words = mine.length + (wanted ? WORDS.notYet : WORDS.waiting);
      const there = row.querySelector('[data-waiting]');
      if (there && mine.length) there.firstChild.textContent = words;
      else if (there) there.remove();
      else if (mine.length) row.appendChild(waitingLine(row.id, words));
    });
    wanted = wanted && photos.length > 0;
  });
}

function waitingLine(id, words) {
  const line = document.createElement('div');
  line.className = 'upload__waiting';
  line.setAttribute('data-waiting', '');
  const text = document.createElement('p');
  text.setAttribute('role', 'status');
  text.textContent = words;
  const drop = document.createElement('button');
  drop.type = 'button';
  drop.className = 'weui-btn weui-btn_mini weui-btn_default';
  drop.textContent = '不再上传';
  drop.setAttribute('aria-describedby', id + '-label');
  drop.addEventListener('click', function () {
    queue.all().then(function (photos) {
      const mine = photos.filter(function (photo) { return 'kind-' + photo.kind === id; });
      return Promise.all(mine.map(function (photo) { return queue.remove(photo.id); }));
    }).then(show);
  });
  line.appendChild(text);
  line.appendChild(drop);
  return line;
}

if (queue) {
  sendWaiting();
  window.addEventListener('online', sendWaiting);
  document.addEventListener('visibilitychange', function () { if (!document.hidden) sendWaiting(); });
  // A phone does not always say that it is back.
  window.setInterval(function () { if (document.querySelector('[data-waiting]')) sendWaiting(); }, 20000);
  // Handing in would leave behind what still waits.
  document.addEventListener('submit', function (event) {
    if (!event.target.querySelector('[name=submission_key]') || !document.querySelector('[data-waiting]')) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    wanted = true;
    show().then(function () {
      const line = document.querySelector('[data-waiting]');
      if (line) line.scrollIntoView({ block: 'center' });
      sendWaiting();
    });
  }, true);
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
  else if (next) complain(fresh, '这里已满，' + namesOf(next) + ' 没有上传。');
  window.setTimeout(handOn, 0);
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
  refusedMeanwhile = true;
  const id = form.closest('[data-kind]').id;
  const queued = waiting[id];
  delete waiting[id];
  if (queued) {
    pending = (pending || []).concat(queued);
    words += ' ' + namesOf(queued) + ' 还没有上传，请点“重试”。';
  }
  form.removeAttribute('data-busy');
  hold(form, pending);
  asked = false;
  window.setTimeout(handOn, 0);
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
