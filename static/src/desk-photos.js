// A viewer over the list of photos: next, previous, zoom, rotate, by buttons and keys. A photo is asked for only when
// it is opened, because opening is what is written down. Without this script the list is plain links.
const list = document.querySelector('[data-photos]');
const links = list ? [...list.querySelectorAll('a')] : [];
const KEYS = { ArrowLeft: 'previous', ArrowRight: 'next', '+': 'larger', '=': 'larger', '-': 'smaller', r: 'right', l: 'left', 0: 'whole', Escape: 'close' };
const ACTIONS = [
  ['previous', '上一张（←）'], ['next', '下一张（→）'], ['larger', '放大（+）'], ['smaller', '缩小（-）'],
  ['left', '向左转（L）'], ['right', '向右转（R）'], ['whole', '原样（0）'], ['close', '关闭（Esc）'],
];
let at = 0;
let zoom = 1;
let turn = 0;
let opener = null;

const dialog = document.createElement('dialog');
dialog.className = 'viewer';
dialog.setAttribute('aria-labelledby', 'viewer-title');
const title = document.createElement('h2');
title.id = 'viewer-title';
const bar = document.createElement('div');
bar.className = 'viewer__bar';
const stage = document.createElement('div');
stage.className = 'viewer__stage';
stage.tabIndex = 0;
stage.setAttribute('role', 'group');
stage.setAttribute('aria-label', '影像');
const trouble = document.createElement('p');
trouble.setAttribute('role', 'alert');
const image = document.createElement('img');
image.draggable = false;
for (const [name, words] of ACTIONS) {
  const button = document.createElement('button');
  button.type = 'button';
  button.textContent = words;
  button.dataset.action = name;
  button.addEventListener('click', () => act(name));
  bar.append(button);
}
stage.append(image);
dialog.append(title, bar, trouble, stage);

function draw() {
  const sideways = turn % 180 !== 0;
  const room = stage.getBoundingClientRect();
  const [width, height] = sideways ? [image.naturalHeight, image.naturalWidth] : [image.naturalWidth, image.naturalHeight];
  if (!width) return;
  const scale = Math.min(room.width / width, room.height / height, 1) * zoom;
  image.style.width = `${image.naturalWidth * scale}px`;
  image.style.height = `${image.naturalHeight * scale}px`;
  // A turned picture keeps its place in the flow, so its sides are moved to where they are seen.
  const shift = sideways ? ((image.naturalHeight - image.naturalWidth) * scale) / 2 : 0;
  image.style.margin = `${-shift}px ${shift}px`;
  image.style.transform = `rotate(${turn}deg)`;
}

function show(index) {
  at = (index + links.length) % links.length;
  zoom = 1;
  turn = 0;
  const words = links[at].textContent;
  title.textContent = `${words}（${at + 1}/${links.length}）`;
  image.alt = words;
  trouble.textContent = '';
  image.src = links[at].href;
}

function act(name) {
  if (name === 'previous') show(at - 1);
  else if (name === 'next') show(at + 1);
  else if (name === 'larger') zoom = Math.min(zoom * 1.25, 8);
  else if (name === 'smaller') zoom = Math.max(zoom / 1.25, 0.25);
  else if (name === 'left') turn = (turn + 270) % 360;
  else if (name === 'right') turn = (turn + 90) % 360;
  else if (name === 'whole') [zoom, turn] = [1, 0];
  else dialog.close();
  draw();
}

// What was opened here is no longer among what the buttons call unopened.
function opened(link) {
  for (const told of document.querySelectorAll('[data-unopened]')) {
    told.querySelector(`[data-photo="${link.dataset.photo}"]`)?.remove();
    told.hidden = !told.querySelector('[data-photo]');
  }
}

image.addEventListener('load', () => { opened(links[at]); draw(); });
image.addEventListener('error', () => { trouble.textContent = '这张影像暂时打不开，请稍后再试。'; });
dialog.addEventListener('close', () => { image.removeAttribute('src'); opener?.focus(); });
dialog.addEventListener('keydown', (event) => {
  const name = KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!name || event.altKey || event.ctrlKey || event.metaKey) return;
  event.preventDefault();
  act(name);
});

if (links.length && typeof dialog.showModal === 'function') {
  document.body.append(dialog);
  links.forEach((link, index) => link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    opener = link;
    show(index);
    dialog.showModal();
  }));
}
