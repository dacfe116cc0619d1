// On a desktop: files are dropped on the row of their document, and photos that arrive from the phone appear in their
// rows. photos.js does the rest. Without this script there is the button.
const rows = '[data-kind]';

function rowOf(event) { return event.target.closest ? event.target.closest(rows) : null; }

function hasRoom(row) { return Boolean(row.querySelector('form[data-room]')); }

function mark(row) {
  document.querySelectorAll('.kind_over').forEach(function (other) { other.classList.remove('kind_over'); });
  if (row) row.classList.add('kind_over');
}

function brings(event) {
  return event.dataTransfer && Array.prototype.indexOf.call(event.dataTransfer.types, 'Files') >= 0;
}

// A file dropped beside a row must not open instead of the page.
document.addEventListener('dragover', function (event) {
  if (!brings(event)) return;
  event.preventDefault();
  const row = rowOf(event);
  event.dataTransfer.dropEffect = row ? 'copy' : 'none';
  mark(row && hasRoom(row) ? row : null);
});
document.addEventListener('dragleave', function (event) {
  if (!event.relatedTarget) mark(null);
});
document.addEventListener('drop', function (event) {
  if (!brings(event)) return;
  event.preventDefault();
  mark(null);
  const row = rowOf(event);
  if (!row) return;
  const brought = filesOf(event.dataTransfer);
  const detail = { files: brought.files, said: brought.folders ? '不能上传文件夹，请选择里面的照片。' : '' };
  const names = brought.files.map(function (file) { return file.name; }).join('、');
  if (names && !hasRoom(row)) {
    detail.files = [];
    detail.said += '这里已满，' + names + ' 没有上传。';
  }
  if (!detail.files.length && !detail.said) return;
  const target = row.querySelector('form[data-room]') || row;
  target.dispatchEvent(new CustomEvent('files', { bubbles: true, detail: detail }));
});

// A folder looks like a file that cannot be read.
function filesOf(brought) {
  const found = { files: [], folders: false };
  Array.prototype.forEach.call(brought.items, function (item) {
    if (item.kind !== 'file') return;
    const entry = item.webkitGetAsEntry && item.webkitGetAsEntry();
    const file = item.getAsFile();
    if (entry && entry.isDirectory) found.folders = true;
    else if (file) found.files.push(file);
  });
  return found;
}

document.addEventListener('by-phone:arrived', function () {
  document.querySelectorAll(rows).forEach(function (row) {
    const form = row.querySelector('form[data-upload]');
    if (!form || row.querySelector('[data-busy], [data-pending]')) return;
    fetch(form.action, { credentials: 'same-origin', redirect: 'manual', cache: 'no-store', headers: { 'X-Fragment': 'row' } })
      .then(function (answer) { return answer.ok && answer.headers.get('X-Fragment') ? answer.text() : ''; })
      .then(function (html) {
        if (html && document.contains(row)) row.dispatchEvent(new CustomEvent('row', { bubbles: true, detail: html }));
      })
      .catch(function () { /* they are there when the page is opened again */ });
  });
});
