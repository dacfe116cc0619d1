// A phone that was led to the hall (a shared link, a bookmark) is better served by the phone's page for the same
// thing. A narrow window on a desktop, or a large zoom, stays here: its line with the link is enough.
const phonePage = document.querySelector('[data-phone-page]');
if (phonePage && window.matchMedia('(max-width: 40em) and (pointer: coarse) and (hover: none)').matches && !document.documentElement.hasAttribute('data-posted')) {
  window.location.replace(phonePage.href);
}
