// Where the browser can install the pages itself, a button for it; elsewhere there is none.
window.addEventListener('beforeinstallprompt', function (event) {
  event.preventDefault();
  const place = document.querySelector('[data-install]');
  place.hidden = false;
  place.querySelector('button').addEventListener('click', function () {
    place.hidden = true;
    event.prompt();
  }, { once: true });
});
