// [data-context]: the row that has the focus, or that is pointed at for a moment, shows what is known of its lead in
// the place beside the list; where there is no room for that, its own link opens the same in a sheet.

const PAUSE = 90;
const known = new Map();
let waiting, shown;

const place = () => document.getElementById("queue-context");
const isBeside = () => Boolean(place()?.checkVisibility());

async function load(row) {
  const key = `${row.dataset.context} ${row.dataset.mark}`;
  if (!known.has(key)) {
    const answer = await fetch(row.dataset.context, { headers: { "HX-Request": "true" } });
    if (!answer.ok) throw new Error(`${answer.status} ${row.dataset.context}`);
    known.set(key, await answer.text());
  }
  return known.get(key);
}

function show(row, delay = PAUSE) {
  clearTimeout(waiting);
  if (!isBeside() || shown === row.dataset.context + row.dataset.mark) return;
  waiting = setTimeout(async () => {
    const text = await load(row).catch(console.warn);
    if (!text || !row.isConnected) return;
    shown = row.dataset.context + row.dataset.mark;
    document.querySelectorAll("[data-context].is-shown").forEach((other) => other.classList.remove("is-shown"));
    row.classList.add("is-shown");
    put(place(), text);
  }, delay);
}

function put(element, text) {
  element.innerHTML = text;
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: element } }));
}

async function open(link) {
  const sheet = document.getElementById("pack-sheet");
  const text = await load(link.closest("[data-context]")).catch(() => null);
  if (!text) return location.assign(link.href);
  put(sheet.querySelector("[data-pack-place]"), text);
  sheet.showPopover();
}

document.addEventListener("focusin", ({ target }) => {
  const row = target.closest("[data-context]");
  if (row) show(row);
});

document.addEventListener("pointerover", ({ target, pointerType }) => {
  const row = pointerType === "mouse" && target.closest("[data-context]");
  if (row && !document.activeElement.closest("[data-context]")) show(row, PAUSE * 3);
});

document.addEventListener("click", (event) => {
  const link = event.target.closest(".queue-open");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  if (isBeside()) place().querySelector("a")?.focus();
  else open(link);
});

const first = document.querySelector("[data-context]");
if (first) show(first, 0);
