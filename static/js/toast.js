// [data-toast]: messages go by themselves after a while, but not while they are pointed at or hold the focus, and
// errors stay. An answer that htmx could not use becomes an error message.

const LIFE = 10_000;
const region = document.getElementById("toasts");

function arm(toast) {
  if (toast.dataset.toast === "error") return;
  const leave = () => (toast.matches(":hover, :focus-within") ? setTimeout(leave, LIFE / 4) : toast.remove());
  setTimeout(leave, LIFE);
}

function show(message) {
  const toast = document.getElementById("toast-error").content.firstElementChild.cloneNode(true);
  toast.querySelector("p").textContent = message;
  region.append(toast);
}

function reasonOf(answer, otherwise) {
  const kind = answer.getResponseHeader("Content-Type") ?? "";
  try {
    if (kind.includes("json")) {
      const body = JSON.parse(answer.responseText);
      return body.message ?? body.detail ?? otherwise;
    }
  } catch {
    return otherwise;
  }
  return kind.startsWith("text/plain") && answer.responseText ? answer.responseText : otherwise;
}

region.querySelectorAll("[data-toast]").forEach(arm);
new MutationObserver((changes) => {
  for (const node of changes.flatMap((change) => [...change.addedNodes])) {
    if (node.dataset?.toast) arm(node);
  }
}).observe(region, { childList: true });

region.addEventListener("click", ({ target }) => {
  if (target.closest("[data-toast-close]")) target.closest("[data-toast]").remove();
});
region.addEventListener("htmx:afterRequest", ({ target }) => target.closest("[data-toast]")?.remove());

const words = document.getElementById("toast-error").dataset;
document.addEventListener("htmx:responseError", ({ detail }) => show(reasonOf(detail.xhr, words.refused)));
document.addEventListener("htmx:sendError", () => show(words.unreachable));
