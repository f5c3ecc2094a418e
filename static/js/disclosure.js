// details[data-closes]: an opened explanation closes again on Escape and on a click elsewhere.

function close(kept) {
  for (const details of document.querySelectorAll("details[data-closes][open]")) {
    if (!details.contains(kept)) details.open = false;
  }
}

document.addEventListener("click", ({ target }) => close(target));
document.addEventListener("keydown", ({ key }) => key === "Escape" && close(null));
