// A mailbox in panes. htmx brings the conversation; this keeps the rest of the page in step with it: the row that
// is chosen, the pane a phone shows, the list's place, the focus. Without scripts all of it are plain pages.

const mailbox = () => document.getElementById("mailbox");
let listTop = 0;
let rowAt = 0;

const ALL = { "hx-target": "#mailbox", "hx-select": "#mailbox", "hx-select-oob": "#toasts:innerHTML", "hx-swap": "outerHTML" };

function swap(element, own) {
  for (const [name, value] of Object.entries({ ...ALL, ...own })) element.setAttribute(name, value);
  window.htmx.process(element);
}

// What lists the mailbox otherwise: its views, filters and pages, and the search, which stands above it.
const LISTS = "#views a, .filters a, .threads__pages a, .empty a[data-swaps]";
const ASKS = "form.search, form.filter-form";

// Forms of a conversation (an answer, archive, delete, no response needed) and other lists bring the whole mailbox
// anew, without a new page. A second click while one is under way does nothing; of two lists the later one counts.
function prepare() {
  if (!mailbox()) return;
  for (const form of document.querySelectorAll("form[data-swaps]:not([hx-post])")) {
    const way = form.hasAttribute("data-composer") ? "hx-replace-url" : "hx-push-url";
    swap(form, { "hx-post": form.getAttribute("action"), "hx-sync": "this:drop", [way]: "true" });
  }
  const later = { "hx-sync": "#mailbox:replace", "hx-push-url": "true" };
  for (const link of document.querySelectorAll(LISTS)) {
    if (!link.hasAttribute("hx-get")) swap(link, { "hx-get": link.getAttribute("href"), ...later });
  }
  for (const form of document.querySelectorAll(ASKS)) {
    if (!form.hasAttribute("hx-get")) swap(form, { "hx-get": form.getAttribute("action"), ...later });
  }
}

// An address says only what was asked for.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (!detail.elt.matches(ASKS)) return;
  for (const [name, value] of [...detail.formData]) if (!value) detail.formData.delete(name);
});

function choose(thread) {
  for (const link of document.querySelectorAll(".row__link")) {
    const chosen = Boolean(thread) && link.pathname.includes(thread);
    if (!chosen) {
      link.removeAttribute("aria-current");
      continue;
    }
    link.setAttribute("aria-current", "true");
    const row = link.closest(".row");
    row.classList.remove("row--unread");
    for (const mark of row.querySelectorAll(".row__dot, [data-unread]")) mark.remove();
  }
}

function show(pane) {
  mailbox().dataset.pane = pane;
}

const rows = () => [...document.querySelectorAll(".row__link")].filter((row) => row.checkVisibility());
const isAnswer = (detail) => Boolean(detail.requestConfig.elt.closest("form[data-composer]"));

// Where the list stands, and the row that the next one takes the place of.
function keepPlace() {
  const list = document.getElementById("threads");
  listTop = list ? list.scrollTop : 0;
  const all = rows();
  const focused = all.indexOf(document.activeElement);
  rowAt = Math.max(0, focused >= 0 ? focused : all.findIndex((row) => row.hasAttribute("aria-current")));
}

// What is no page of the mailbox (signed out, gone) is shown as the page that it is. A refused answer (422) comes back
// in its place; of an answer that failed answer.js tells, of everything else that failed failed.js.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { target, xhr, serverResponse } = event.detail;
  if (!target || (target.id !== "panes" && target.id !== "mailbox")) return;
  if ([200, 422].includes(xhr.status) && serverResponse.includes(`id="${target.id}"`)) {
    event.detail.shouldSwap = true;
    event.detail.isError = false;
    keepPlace();
    return;
  }
  event.detail.shouldSwap = false;
  const mayBeShown = xhr.status < 500 && event.detail.requestConfig.verb === "get";
  if (xhr.status >= 400 && !mayBeShown) return;
  window.location.assign(xhr.responseURL || window.location.href);
});

document.addEventListener("htmx:sendError", () => {
  // The banner of offline.js says what is so; the conversation that stands open stays.
  document.dispatchEvent(new Event("mailbox:offline"));
});

// Who searched or filtered goes on in what was found, else at the way out; who chose a view is still there.
function goOn() {
  const next = rows()[0] ?? document.querySelector("#threads .empty a") ?? document.getElementById("threads");
  next?.focus({ preventScroll: true });
}

function listed(elt) {
  const field = document.querySelector("form.search input");
  if (field) field.value = new URLSearchParams(window.location.search).get("q") ?? "";
  const view = elt.closest("#views") && document.querySelector("#views a[aria-current]");
  if (view?.checkVisibility()) view.focus({ preventScroll: true });
  else goOn();
}

if (document.querySelector(".found") && !document.querySelector("#panes[data-thread]") && document.activeElement === document.body) {
  goOn();
}

document.addEventListener("htmx:afterSwap", (event) => {
  const target = event.detail.target;
  if (!target) return;
  if (target.id === "panes") {
    choose(document.getElementById("panes").dataset.thread);
    show("thread");
    for (const toast of document.querySelectorAll("#toasts .toast:not(:has(form))")) toast.remove(); // it was of another
    const title = document.querySelector("#reply textarea[autofocus]") ?? document.querySelector("#conversation h2");
    if (title) title.focus({ preventScroll: true });
  }
  if (target.id === "mailbox" && event.detail.requestConfig.verb === "get") listed(event.detail.requestConfig.elt);
  else if (target.id === "mailbox") {
    const list = document.getElementById("threads");
    if (list) list.scrollTop = listTop;
    if (isAnswer(event.detail)) return; // answer.js knows what comes next
    const all = rows();
    const next = document.querySelector("#panes[data-thread] h2") ?? all[Math.min(rowAt, all.length - 1)] ?? list;
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  }
});

document.addEventListener("htmx:load", () => {
  prepare();
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.scrollIntoView({ block: "nearest", inline: "center" });
});

// In a tab or window of its own it is a page like any other: htmx would take the click for itself.
document.addEventListener(
  "click",
  (event) => {
    if ((event.ctrlKey || event.metaKey || event.shiftKey) && event.target.closest("a[hx-get]")) event.stopPropagation();
  },
  true,
);

// Back to the list on a phone: it is still there.
document.addEventListener("click", (event) => {
  const back = event.target.closest("[data-back]");
  if (!back || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show("list");
  window.history.pushState({ htmx: true }, "", back.href);
  const chosen = document.querySelector(".row__link[aria-current]");
  if (chosen) chosen.focus();
});

// Drawers (views, order) open by their address; with this they open in place, Esc closes them, and the focus goes back.
let opener = null;

function close() {
  for (const drawer of document.querySelectorAll(".is-open")) drawer.classList.remove("is-open");
  if (window.location.hash) window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  if (opener && opener.isConnected) opener.focus();
  opener = null;
}

document.addEventListener("click", (event) => {
  const link = event.target.closest("[data-drawer], [data-drawer-close]");
  if (!link) return;
  event.preventDefault();
  if (link.hasAttribute("data-drawer-close")) {
    close();
    return;
  }
  const drawer = document.querySelector(link.getAttribute("href"));
  if (!drawer) return;
  opener = link;
  drawer.classList.add("is-open");
  const first = [...drawer.querySelectorAll("a[href], button")].find((one) => one.checkVisibility());
  if (first) first.focus();
});

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.querySelector(".is-open")) close();
});

document.addEventListener("click", (event) => {
  const drawer = document.querySelector(".is-open");
  if (drawer && !drawer.contains(event.target) && !event.target.closest("[data-drawer]")) close();
});
