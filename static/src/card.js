// Shows a card number in groups of four below its field, to compare with the card. The field itself is left alone.
const card = document.querySelector('[data-card]');
if (card) {
  const shown = document.createElement('p');
  shown.className = 'grouped';
  shown.setAttribute('aria-hidden', 'true');
  card.insertAdjacentElement('afterend', shown);
  const show = function () {
    const digits = card.value.normalize('NFKC').replace(/\D/g, '');
    shown.textContent = digits ? digits.replace(/(.{4})(?=.)/g, '$1 ') + '（' + digits.length + '位）' : '';
  };
  card.addEventListener('input', show);
  show();
}
