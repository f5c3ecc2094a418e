// form[data-autosave]: what is typed is saved after a moment's rest; a control that reshapes the form saves and
// fetches it anew, its fields as tall as they were drawn. Without this script the button at its end saves.

const REST = 900;
let waiting;

function soon(form, after) {
  clearTimeout(waiting);
  waiting = setTimeout(() => form.isConnected && form.dispatchEvent(new Event("autosave")), after);
}

document.addEventListener("input", ({ target }) => {
  const form = target.closest("form[data-autosave]");
  if (form && !target.matches("[data-reshapes]")) soon(form, REST);
});

document.addEventListener("change", ({ target }) => {
  const form = target.closest("form[data-autosave]");
  if (!form) return;
  clearTimeout(waiting);
  if (target.matches("[data-reshapes]")) reshape(form);
  else soon(form, 100);
});

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-autosave]");
  clearTimeout(waiting);
  if (!form || event.submitter?.name !== "act") return;
  event.preventDefault();
  reshape(form, event.submitter.value);
});

async function reshape(form, act) {
  const values = act ? { act } : {};
  const drawn = [...form.querySelectorAll("textarea[id]")].map(({ id, style }) => [id, style.height]);
  await htmx.ajax("POST", form.action, { source: form.parentElement, target: "#editor", select: "#editor", swap: "outerHTML",
    values: Object.assign(valuesOf(form), values) });
  for (const [id, height] of drawn) {
    const field = height && document.getElementById(id);
    if (field) field.style.height = height;
  }
}

function valuesOf(form) {
  const values = {};
  for (const [name, value] of new FormData(form)) values[name] = name in values ? [values[name], value].flat() : value;
  return values;
}
