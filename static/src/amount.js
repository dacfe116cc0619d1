// 最多可提取 follows the typing. What is typed travels in a POST body, never in an address.
const form = document.querySelector('form[data-estimate]');
const box = document.getElementById('allowance');
// Where more than the sum's questions stand on one page, only these are asked about and sent.
const parts = form && form.querySelector('[data-sum]') ? '[data-sum]' : 'form';
const isOfTheSum = function (control) { return Boolean(control.closest(parts)); };
let asked = 0;
let timer = 0;
let told = '';

function headline() {
  const words = box.querySelector('[data-most]');
  return words ? words.textContent.trim() : '';
}

function typedHere() {
  const body = new FormData(form);
  Array.prototype.forEach.call(form.elements, function (control) {
    if (control.name && control.type !== 'hidden' && !isOfTheSum(control)) body.delete(control.name);
  });
  return body;
}

function ask() {
  const number = ++asked;
  box.classList.add('waiting');
  // A session that has ended redirects; then the box just stays as it is until the page is sent.
  fetch(form.dataset.estimate, { method: 'POST', body: typedHere(), credentials: 'same-origin', redirect: 'manual' })
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
    if (event.target.name === 'address' || !isOfTheSum(event.target)) return;
    window.clearTimeout(timer);
    timer = window.setTimeout(ask, 500);
  });
  // What another script put in (a value changed in another window) counts as well.
  form.addEventListener('renewed', ask);
  // Somebody fast has typed before this script arrived, or the browser has put back what was typed.
  const typed = Array.prototype.some.call(form.elements, function (control) {
    if (!isOfTheSum(control)) return false;
    if (control.options) return control.selectedIndex > 0 && !control.options[control.selectedIndex].defaultSelected;
    return control.type === 'text' && control.value !== control.defaultValue;
  });
  if (typed) ask();
}
