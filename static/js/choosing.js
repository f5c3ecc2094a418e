// [data-choosing]: a form about ticked rows. It counts them, ticks all of the page, and once one is ticked it is these
// that are meant. [data-choose-all] is the box above them.

const boxes = () => [...document.querySelectorAll("input[name=chosen]")];
const form = document.querySelector("[data-choosing]");

function tell() {
  const ticked = boxes().filter((box) => box.checked).length;
  form.querySelector("[data-chosen-count]").value = ticked ? `(${ticked})` : "";
  const all = document.querySelector("[data-choose-all]");
  all.checked = ticked > 0 && ticked === boxes().length;
  all.indeterminate = ticked > 0 && !all.checked;
}

document.addEventListener("change", ({ target }) => {
  if (!form) return;
  if (target.matches("[data-choose-all]")) {
    for (const box of boxes()) box.checked = target.checked;
  } else if (!target.matches("input[name=chosen]")) return;
  form.elements.scope.value = "chosen";
  tell();
});

if (form) tell();
