// [data-theme-form]: the colours change at once; the server remembers them for the next page.

const announce = () => document.dispatchEvent(new Event("themechange"));

document.addEventListener("submit", (event) => {
  const form = event.target.closest("[data-theme-form]");
  if (!form) return;
  event.preventDefault();
  const chosen = event.submitter;
  document.documentElement.dataset.theme = chosen.value;
  for (const button of form.querySelectorAll("button")) {
    button.setAttribute("aria-pressed", button === chosen);
  }
  fetch(form.action, { method: "POST", body: new FormData(form, chosen), redirect: "manual" });
  announce();
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", announce);
