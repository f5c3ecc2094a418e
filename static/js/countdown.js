// [data-due-at]: running clocks count down. The server sent both instants and its own time; this subtracts.

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
const words = document.getElementById("clock-words")?.dataset;
const served = Date.parse(document.body.dataset.servedAt);
const ahead = Number.isNaN(served) ? 0 : served - Date.now();

function refresh() {
  const now = Date.now() + ahead;
  for (const badge of document.querySelectorAll("[data-due-at]")) show(badge, now);
}

function show(badge, now) {
  const left = Date.parse(badge.dataset.dueAt) - now;
  const state = left < 0 ? "overdue" : now < Date.parse(badge.dataset.atRiskAt) ? "on_track" : "at_risk";
  if (badge.dataset.state !== state) change(badge, state);
  if (Math.abs(left) < DAY) {
    const sentence = words[`${state}Detail`].replace("{time}", duration(Math.abs(left)));
    setText(badge.querySelector(".badge-detail"), sentence);
  }
}

function change(badge, state) {
  const use = badge.querySelector("use");
  use.setAttribute("href", use.getAttribute("href").replace(/#.*/, `#state-${state}`));
  setText(badge.querySelector(".badge-word"), words[state]);
  badge.dataset.state = state;
}

function duration(milliseconds) {
  const minutes = Math.floor(milliseconds / MINUTE);
  const pattern = minutes < 60 ? words.minutes : words.hours;
  return pattern.replace("{hours}", Math.floor(minutes / 60)).replace("{minutes}", minutes % 60);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

if (words) {
  refresh();
  setInterval(refresh, MINUTE / 2);
  document.addEventListener("htmx:load", refresh);
  document.addEventListener("visibilitychange", refresh);
}
