// Buttons that copy a number or an alias. Without scripts they are not there: the text can be selected.

function show(root) {
  for (const button of root.querySelectorAll("[data-copy][hidden]")) button.hidden = false;
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
  } catch {
    const code = button.parentElement.querySelector("code");
    if (code) window.getSelection().selectAllChildren(code); // not allowed here: it stands selected
    return;
  }
  const name = button.getAttribute("aria-label");
  button.setAttribute("aria-label", button.dataset.copied);
  button.title = button.dataset.copied;
  button.classList.add("is-done");
  setTimeout(() => {
    button.setAttribute("aria-label", name);
    button.title = name;
    button.classList.remove("is-done");
  }, 2000);
});

show(document);
document.addEventListener("htmx:load", (event) => show(event.detail.elt));
