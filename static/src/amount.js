// 最多可提取 follows the typing. What is typed travels in a POST body, never in an address.
const form = document.querySelector('form[data-estimate]');
const box = document.getElementById('allowance');
let asked = 0;
let timer = 0;
let told = '';

function headline() {
  const words = box.querySelector('[data-most]');
  return words ? words.textContent.trim() : '';
}

function ask() {
  const number = ++asked;
  box.classList.add('waiting');
  // A session that has ended redirects; then the box just stays as it is until the page is sent.
  fetch(form.dataset.estimate, { method: 'POST', body: new FormData(form), credentials: 'same-origin', redirect: 'manual' })
    .then(function (answer) {
      return answer.ok ? answer.text() : Promise.reject(answer.status);
    })
    .then(function (html) {
      if (number !== asked) return;
      box.innerHTML = html;
      if (headline() !== told) {
        told = headline();
        form.querySelector('[data-said]').textContent = told;
      }
    })
    .catch(function () {})
    .then(function () {
      if (number === asked) box.classList.remove('waiting');
    });
}

if (form && box) {
  told = headline();
  form.addEventListener('input', function (event) {
    if (event.target.name === 'address') return;
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 500);
  });
  // Somebody fast has typed before this script arrived, or the browser has put back what was typed.
  const typed = Array.prototype.some.call(form.elements, function (control) {
    if (control.options) return control.selectedIndex > 0 && !control.options[control.selectedIndex].defaultSelected;
    return control.type === 'text' && control.value !== control.defaultValue;
  });
  if (typed) ask();
}
