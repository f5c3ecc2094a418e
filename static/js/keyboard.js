// [data-list] with [data-row]: J and K go from row to row. [data-shortcut]: its key presses the element, in an
// open sheet, else in the row that has the focus, else on the page, where the latest wins. "?" lists them. In a
// form[data-quick] the key of a choice also sends it. Nothing happens while one types or holds a modifier.

const TYPING = "input:not([type=radio], [type=checkbox]), select, textarea, [contenteditable]";
const help = document.getElementById("shortcut-help");

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.matches(TYPING)) return;
  const act = actionFor(event.key.toLowerCase());
  if (!act) return;
  event.preventDefault();
  act();
}

function actionFor(key) {
  const keyed = `[data-shortcut="${CSS.escape(key)}"]`;
  const sheet = document.querySelector(":popover-open");
  if (sheet) return press(sheet.querySelector(keyed));
  if (key === "?") return openHelp;
  const row = document.activeElement.closest("[data-row]");
  if (key === "j" || key === "k") return neighbour(row, key === "j" ? 1 : -1);
  return press(row?.querySelector(keyed) ?? visible(keyed).findLast((element) => !element.closest("[data-row]")));
}

function press(element) {
  if (!element) return undefined;
  return () => {
    if (element.matches(TYPING)) return element.focus();
    element.click();
    if (element.matches("form[data-quick] [type=radio]")) element.form.requestSubmit();
  };
}

function neighbour(row, step) {
  const rows = visible("[data-list] [data-row]");
  const next = rows[row ? rows.indexOf(row) + step : 0];
  const link = next?.querySelector(".row-link") ?? next?.querySelector("a[href], button, input");
  return link && (() => link.focus());
}

function visible(selector) {
  return [...document.querySelectorAll(selector)].filter((element) => element.checkVisibility());
}

function openHelp() {
  const list = help.querySelector(".shortcuts");
  list.querySelectorAll("[data-listed]").forEach((line) => line.remove());
  const names = new Map(visible("[data-shortcut]").map((element) => [element.dataset.shortcut, nameOf(element)]));
  list.append(...[...names].map(([key, name]) => lineOf(key, name)));
  help.showPopover();
}

function nameOf(element) {
  const copy = (element.closest("label") ?? element).cloneNode(true);
  copy.querySelectorAll(".key, .hint").forEach((part) => part.remove());
  return element.ariaLabel ?? copy.textContent.trim();
}

function lineOf(key, name) {
  const line = help.querySelector("template").content.firstElementChild.cloneNode(true);
  line.querySelector("kbd").textContent = key.toUpperCase();
  line.querySelector("dd").textContent = name;
  return line;
}

if (help) {
  if (document.body.dataset.shortcuts === "on") document.addEventListener("keydown", onKey);
  document.addEventListener("click", ({ target }) => target.closest("[data-shortcut-help]") && openHelp());
}
