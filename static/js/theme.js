// The theme changes at once and what was typed stays; without this the form posts and the page loads again.

for (const form of document.querySelectorAll("form[data-theme-form]")) {
  form.addEventListener("submit", (event) => {
    const button = event.submitter;
    if (!button) return;
    event.preventDefault();
    if (button.value === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = button.value;
    for (const one of form.querySelectorAll("button[name=theme]")) {
      one.setAttribute("aria-pressed", String(one === button));
    }
    const body = new FormData(form);
    body.set("theme", button.value);
    fetch(form.action, { method: "POST", body, redirect: "manual" });
  });
}
