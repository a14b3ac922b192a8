// An answer goes without a new page (UX-3): htmx posts it and brings the mailbox anew. A refusal comes back in its
// place; what did not get through stays where it is, with a word about it. Without this the form posts.

import { freshPage, renewTickets, wordsOf } from "./ask.js";

const LATE = 300; // ms after which waiting shows
const waiting = new WeakMap(); // what a form looked like before it was sent
const again = new WeakSet(); // forms that were sent once more, with a new ticket

const answerOf = (detail) => detail.requestConfig?.elt?.closest?.("form[data-composer]") ?? null;

function busy(form) {
  const button = form.querySelector("[data-send]");
  const label = button.querySelector("[data-label]");
  const before = label.textContent;
  form.elements.text.readOnly = true;
  button.setAttribute("aria-disabled", "true");
  form.querySelector("[data-unsent]")?.remove();
  const timer = setTimeout(() => {
    label.textContent = wordsOf(form)("sending");
    button.prepend(Object.assign(document.createElement("span"), { className: "spinner" }));
  }, LATE);
  waiting.set(form, () => {
    clearTimeout(timer);
    label.textContent = before;
    button.querySelector(".spinner")?.remove();
    button.removeAttribute("aria-disabled");
    form.elements.text.readOnly = false;
  });
}

// Beside the text, and read out: it was not sent, and one's words are still here.
function tellUnsent(form) {
  waiting.get(form)?.();
  const words = form.querySelector("template[data-unsent-words]").content.firstElementChild.cloneNode(true);
  form.elements.text.before(words);
  form.elements.text.focus();
}

// Signed in again elsewhere the ticket is another: with that one it goes. Whatever else the server says is a page.
async function refused(form) {
  const page = again.has(form) ? null : await freshPage().catch(() => null);
  waiting.get(form)?.();
  again.add(form);
  if (page && renewTickets(page)) form.requestSubmit();
  else form.submit();
}

// The focus goes to the row of the thread that is due next, else to the row beneath: Enter opens it.
function goOn(form) {
  const sent = new URL(form.action).pathname;
  const due = document.querySelector('#panes a[data-key="n"]')?.pathname;
  const links = [...document.querySelectorAll("#threads a.row__link")].filter((link) => link.checkVisibility());
  const beneath = links[links.findIndex((link) => link.pathname === sent) + 1];
  const next = links.find((link) => link.pathname === due) ?? beneath ?? document.querySelector("#conversation h2");
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = answerOf(event.detail);
  if (form) busy(form);
});

document.addEventListener("htmx:sendError", (event) => {
  const form = answerOf(event.detail);
  if (form) tellUnsent(form);
});

document.addEventListener("htmx:responseError", (event) => {
  const form = answerOf(event.detail);
  if (!form) return;
  if (event.detail.xhr.status >= 500) tellUnsent(form);
  else refused(form);
});

document.addEventListener("htmx:afterSwap", (event) => {
  const form = answerOf(event.detail);
  if (!form) return;
  const objections = document.querySelector("#reply .objections");
  if (objections) objections.focus();
  else goOn(form);
});
