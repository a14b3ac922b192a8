// An archive, a filter or an opened row that did not get through says so in place, with a way to try again; rows,
// text and panes stay as they are (BOX-13, UX-5). Answers have words of their own (answer.js).

import { freshPage, renewTickets, ticket } from "./ask.js";

const PARTS = ["panes", "mailbox"]; // what htmx brings anew

const isOurs = (detail) =>
  PARTS.includes(detail.target?.id) && !detail.requestConfig?.elt?.closest?.("form[data-composer]");

// As it was asked, with the ticket of now. Where the page is no longer ours it is loaded: that leads to the sign-in.
async function again({ requestConfig, pathInfo, target }) {
  const page = await freshPage().catch(() => undefined);
  if (page === null) {
    window.location.reload();
    return;
  }
  if (page) renewTickets(page);
  const asked = { source: `#${target.id}`, target: `#${target.id}`, swap: "outerHTML", push: "true" };
  if (target.id === "mailbox") Object.assign(asked, { select: "#mailbox", selectOOB: "#toasts:innerHTML" });
  if (requestConfig.verb === "post") {
    asked.values = { ...Object.fromEntries(requestConfig.formData), csrfmiddlewaretoken: ticket() };
  }
  window.htmx.ajax(requestConfig.verb, pathInfo.finalRequestPath, asked);
}

function clear() {
  document.querySelector("#toasts [data-failed]")?.remove();
}

function tell(detail) {
  const toast = document.querySelector("template[data-failed-words]").content.firstElementChild.cloneNode(true);
  const reference = detail.xhr.getResponseHeader("X-Request-ID");
  toast.querySelector("[data-reference]").hidden = !reference;
  toast.querySelector("[data-reference] code").textContent = reference?.slice(0, 8) ?? "";
  toast.querySelector("[data-again]").addEventListener("click", () => {
    clear();
    again(detail);
  });
  clear();
  document.getElementById("toasts").append(toast);
  window.htmx.process(toast); // its closing button appears
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (isOurs(event.detail)) clear();
});

for (const name of ["htmx:sendError", "htmx:responseError"]) {
  document.addEventListener(name, (event) => {
    if (isOurs(event.detail)) tell(event.detail);
  });
}
