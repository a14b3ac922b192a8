// Settings pages do without this. With it a form says that something is not saved yet, and codes can be printed.

for (const words of document.querySelectorAll("[data-unsaved]")) {
  const form = words.closest("form");
  const before = new URLSearchParams(new FormData(form)).toString();
  const look = () => {
    const changed = new URLSearchParams(new FormData(form)).toString() !== before;
    words.textContent = changed ? words.dataset.words : "";
  };
  form.addEventListener("input", look);
  form.addEventListener("change", look);
}

// Leaving asks only where somebody has typed; sending the form is no leaving.
let sending = false;
document.addEventListener("submit", () => { sending = true; });
window.addEventListener("pageshow", () => { sending = false; });
window.addEventListener("beforeunload", (event) => {
  const open = [...document.querySelectorAll("[data-unsaved]")].some((words) => words.textContent);
  if (open && !sending) event.preventDefault();
});

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => window.print());
}
