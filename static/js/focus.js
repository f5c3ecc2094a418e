// [id]: what htmx puts in the place of the element that held the focus takes it over, so that the keyboard goes on
// from there: at its first error, else its first field, else its first link or button.

const PLACES = ["[aria-invalid='true'], .has-error input", "input:not([type=hidden]), select, textarea", "a, button"];
let held = false;

document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  held = detail.target.contains(document.activeElement) || document.activeElement === document.body;
});

document.addEventListener("htmx:afterSettle", ({ detail }) => {
  const place = held && detail.target.id && document.getElementById(detail.target.id);
  if (!place || place.contains(document.activeElement)) return;
  PLACES.map((selector) => place.querySelector(selector)).find(Boolean)?.focus();
});
