// [data-dropzone]: a file dropped on the zone is as good as one chosen in the field within it.

const zoneOf = (event) => event.target.closest?.("[data-dropzone]");

document.addEventListener("dragover", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  zone.classList.add("is-over");
});

document.addEventListener("dragleave", (event) => zoneOf(event)?.classList.remove("is-over"));

document.addEventListener("drop", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  zone.classList.remove("is-over");
  const input = zone.querySelector("input[type=file]");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  const name = zoneOf(event)?.querySelector("[data-dropzone-name]");
  if (name) name.textContent = [...event.target.files].map((file) => file.name).join(", ");
});
