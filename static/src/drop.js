// On a desktop: files are dropped on the row of their document, and photos that arrive from the phone appear in their
// rows. photos.js does the rest. Without this script there is the button.
const rows = '[data-kind]';

function rowOf(event) {
  const row = event.target.closest && event.target.closest(rows);
  return row && row.querySelector('form[data-room]') ? row : null;
}

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
  mark(row);
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
  const form = row.querySelector('form[data-room]');
  form.dispatchEvent(new CustomEvent('files', { bubbles: true, detail: Array.prototype.slice.call(event.dataTransfer.files) }));
});

document.addEventListener('by-phone:arrived', function () {
  document.querySelectorAll(rows).forEach(function (row) {
    const form = row.querySelector('form[data-upload]');
    if (!form || row.querySelector('[data-busy]')) return;
    fetch(form.action, { credentials: 'same-origin', redirect: 'manual', cache: 'no-store', headers: { 'X-Fragment': 'row' } })
      .then(function (answer) { return answer.ok && answer.headers.get('X-Fragment') ? answer.text() : ''; })
      .then(function (html) {
        if (html && document.contains(row) && !row.querySelector('[data-busy]')) {
          row.dispatchEvent(new CustomEvent('row', { bubbles: true, detail: html }));
        }
      })
      .catch(function () { /* they are there when the page is opened again */ });
  });
});
