// A password can be looked at while one types it. Without this it stays hidden, as everywhere.

for (const button of document.querySelectorAll("[data-reveal]")) {
  const field = document.getElementById(button.dataset.reveal);
  button.hidden = false;
  button.addEventListener("click", () => {
    const shown = field.type === "text";
    field.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    field.focus();
  });
  // Browsers keep what was typed as text; a password must be one again when it is sent.
  field.form.addEventListener("submit", () => { field.type = "password"; });
}
