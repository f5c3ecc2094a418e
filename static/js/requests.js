// Every request that htmx makes carries the form token, so that a bare hx-post is as good as a form.

document.addEventListener("htmx:configRequest", ({ detail }) => {
  detail.headers["X-CSRFToken"] = document.querySelector('meta[name="csrf-token"]').content;
});
