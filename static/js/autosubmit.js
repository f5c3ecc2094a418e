// form[data-autosubmit]: a changed filter applies at once, and has the focus again when the page is back.

const KEPT = "filter-in-focus";

document.addEventListener("change", ({ target }) => {
  const form = target.closest("form[data-autosubmit]");
  if (!form) return;
  sessionStorage.setItem(KEPT, target.name);
  form.requestSubmit();
});

const name = sessionStorage.getItem(KEPT);
sessionStorage.removeItem(KEPT);
if (name) document.querySelector("form[data-autosubmit]")?.elements.namedItem(name)?.focus();
