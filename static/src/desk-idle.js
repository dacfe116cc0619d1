// Two minutes before a session ends for want of work, says so and offers to go on. What was typed stays where it is:
// the page is never left. Other windows of the desk are told, for they all live on the same session.
const form = document.querySelector('[data-idle]');
const WARNING = 120_000;

if (form && typeof HTMLDialogElement === 'function') {
  const idle = Number(form.dataset.idle) * 1000;
  const others = typeof BroadcastChannel === 'function' ? new BroadcastChannel('desk-idle') : null;
  let end = Date.now() + idle;

  const dialog = document.createElement('dialog');
  dialog.className = 'idle';
  dialog.setAttribute('role', 'alertdialog');
  dialog.setAttribute('aria-labelledby', 'idle-title');
  dialog.setAttribute('aria-describedby', 'idle-words');
  const title = document.createElement('h2');
  title.id = 'idle-title';
  const words = document.createElement('p');
  words.id = 'idle-words';
  const left = document.createElement('p');
  left.className = 'num';
  const trouble = document.createElement('p');
  trouble.setAttribute('role', 'alert');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'main-button';
  const stay = document.createElement('button');
  stay.type = 'button';
  stay.textContent = '留在本页';
  stay.hidden = true;
  stay.addEventListener('click', () => dialog.close());
  const buttons = document.createElement('p');
  buttons.className = 'side-by-side';
  buttons.append(button, stay);
  dialog.append(title, words, left, trouble, buttons);
  document.body.append(dialog);

  const isOver = () => Date.now() >= end;

  function begin() {
    end = Date.now() + idle;
    trouble.textContent = '';
    if (dialog.open) dialog.close();
  }

  function draw() {
    const over = isOver();
    title.textContent = over ? '登录已结束' : '登录即将结束';
    words.textContent = over
      ? '较长时间没有操作，登录已自动结束。点“知道了”重新登录；本页填写的内容还在，如需保留请先点“留在本页”复制。'
      : '较长时间没有操作，2分钟内登录将自动结束。点“继续使用”，本页填写的内容不会丢失。';
    left.textContent = over ? '' : `还剩${Math.max(Math.ceil((end - Date.now()) / 1000), 0)}秒`;
    button.textContent = over ? '知道了' : '继续使用';
    stay.hidden = !over;
  }

  function tick() {
    if (Date.now() < end - WARNING) return;
    if (!dialog.open && !dialog.dataset.seen) dialog.showModal();
    if (isOver()) dialog.dataset.seen = 'yes';
    draw();
  }

  async function goOn() {
    if (isOver()) { window.location.assign(form.dataset.signIn); return; }
    try {
      const answer = await fetch(form.action, { method: 'POST', body: new FormData(form), redirect: 'manual' });
      if (answer.status === 204) {
        begin();
        others?.postMessage('begin');
      } else if (answer.status >= 500) {
        trouble.textContent = '系统暂时连接不上，请稍后再点一次。';
      } else {
        end = Date.now();
        tick();
      }
    } catch {
      trouble.textContent = '网络没有连上，请检查后再点一次。';
    }
  }

  button.addEventListener('click', goOn);
  // Esc is no answer to the question: while the session lives, only the button goes on.
  dialog.addEventListener('cancel', (event) => { if (!isOver()) event.preventDefault(); });
  if (others) others.addEventListener('message', begin);
  others?.postMessage('begin');
  setInterval(tick, 1000);
}
