// Small helps that pages do without: a form is sent once, toasts can be closed.

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = event.submitter;
  if (button && button.classList.contains("button--primary")) {
    button.setAttribute("aria-disabled", "true");
    const spinner = document.createElement("span");
    spinner.className = "spinner";
    setTimeout(() => button.prepend(spinner), 300);
  }
});

// A page that the back button brings again can be sent again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("[aria-disabled=true]")) button.removeAttribute("aria-disabled");
    for (const spinner of form.querySelectorAll(".spinner")) spinner.remove();
  }
});

// The button of a toast works in those too that htmx brings; the focus does not go with the toast.
function showClosers() {
  for (const button of document.querySelectorAll("[data-close-toast]")) button.hidden = false;
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-close-toast]");
  if (!button) return;
  button.closest(".toast").remove();
  const main = document.getElementById("main");
  if (!main) return;
  main.tabIndex = -1;
  main.focus({ preventScroll: true });
});
document.addEventListener("htmx:load", showClosers);
showClosers();
