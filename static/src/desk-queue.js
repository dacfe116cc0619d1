// The queue by keyboard: up and down walk through the cases; Enter is the link's own.
const links = [...document.querySelectorAll('[data-queue] tbody a')];

document.addEventListener('keydown', (event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey || !links.length) return;
  if (/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? '')) return;
  const at = links.indexOf(document.activeElement);
  const next = at < 0 ? (step > 0 ? 0 : links.length - 1) : at + step;
  if (!links[next]) return;
  event.preventDefault();
  links[next].focus();
});
