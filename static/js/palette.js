// [data-palette]: Ctrl or Cmd and K, or a link[data-palette-open], open a field over everything. The server searches;
// the arrows choose among what it found, Enter goes there, Escape goes back to where one was.

const palette = document.getElementById("palette");
const field = palette?.querySelector("input");
const list = palette?.querySelector("[role=listbox]");
const PAUSE = 70;
let waiting, asked;

function open() {
  if (palette.open) return field.select();
  document.querySelectorAll(":popover-open").forEach((sheet) => sheet.hidePopover());
  palette.showModal();
  field.select();
  search();
}

async function search() {
  asked?.abort();
  asked = new AbortController();
  const address = `${palette.dataset.palette}?q=${encodeURIComponent(field.value)}`;
  try {
    const answer = await fetch(address, { headers: { "HX-Request": "true" }, signal: asked.signal });
    if (!answer.ok) return;
    list.innerHTML = await answer.text();
    list.scrollTop = 0;
    choose(options()[0]);
  } catch (error) {
    if (error.name !== "AbortError") console.warn(error);
  }
}

const options = () => [...list.querySelectorAll("[role=option]")];
const chosen = () => list.querySelector("[aria-selected=true]");

function choose(option) {
  chosen()?.setAttribute("aria-selected", "false");
  option?.setAttribute("aria-selected", "true");
  option?.scrollIntoView({ block: "nearest" });
  if (option) field.setAttribute("aria-activedescendant", option.id);
  else field.removeAttribute("aria-activedescendant");
}

function move(step) {
  const all = options();
  const at = all.indexOf(chosen()) + step;
  choose(all[(at + all.length) % all.length]);
}

function onKey(event) {
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    move(event.key === "ArrowDown" ? 1 : -1);
  } else if (event.key === "Enter" && chosen()) {
    event.preventDefault();
    chosen().click();
  }
}

if (palette) {
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.key.toLowerCase() !== "k") return;
    if (document.body.dataset.shortcuts !== "on") return;
    event.preventDefault();
    open();
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-palette-open]") || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    open();
  });
  palette.addEventListener("click", ({ target }) => {
    if (target === palette || target.closest("[data-palette-close]")) palette.close();
  });
  field.addEventListener("keydown", onKey);
  field.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(search, PAUSE);
  });
}
