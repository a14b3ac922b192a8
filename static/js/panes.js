// A mailbox in panes. htmx brings the conversation; this keeps the rest of the page in step with it: the row that
// is chosen, the pane a phone shows, the list's place, the focus. Without scripts all of it are plain pages.

const LATE = 300; // ms after which waiting shows
const mailbox = () => document.getElementById("mailbox");
let listTop = 0;
let rowAt = 0;
let bar = null;
let timer = 0;

// Forms of a conversation (an answer, archive, delete, no response needed) bring the whole mailbox anew, without a
// new page. A second click while one is under way does nothing.
function prepare(root) {
  if (!mailbox()) return;
  for (const form of root.querySelectorAll("form[data-swaps]")) {
    form.setAttribute("hx-post", form.getAttribute("action"));
    form.setAttribute("hx-target", "#mailbox");
    form.setAttribute("hx-select", "#mailbox");
    form.setAttribute("hx-select-oob", "#toasts:innerHTML");
    form.setAttribute("hx-swap", "outerHTML");
    form.setAttribute("hx-sync", "this:drop");
    form.setAttribute(form.hasAttribute("data-composer") ? "hx-replace-url" : "hx-push-url", "true");
    window.htmx.process(form);
  }
}

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

document.addEventListener("htmx:beforeRequest", (event) => {
  const target = event.detail.target;
  clearTimeout(timer);
  timer = setTimeout(() => {
    bar = bar || document.body.appendChild(Object.assign(document.createElement("div"), { className: "loadbar" }));
    bar.hidden = false;
    if (target && target.id === "panes") document.getElementById("conversation").setAttribute("aria-busy", "true");
  }, LATE);
});

document.addEventListener("htmx:afterRequest", () => {
  clearTimeout(timer);
  if (bar) bar.hidden = true;
  const conversation = document.getElementById("conversation");
  if (conversation) conversation.removeAttribute("aria-busy");
});

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

// What is no page of the mailbox (signed out, gone, broken) is shown as the page that it is. A refused answer (422)
// comes back in its place; of one that failed answer.js tells.
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
  if (xhr.status >= 400 && isAnswer(event.detail)) return;
  window.location.assign(xhr.responseURL || window.location.href);
});

document.addEventListener("htmx:sendError", () => {
  // The banner of offline.js says what is so; the conversation that stands open stays.
  document.dispatchEvent(new Event("mailbox:offline"));
});

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
  if (target.id === "mailbox") {
    const list = document.getElementById("threads");
    if (list) list.scrollTop = listTop;
    if (isAnswer(event.detail)) return; // answer.js knows what comes next
    const all = rows();
    const next = document.querySelector("#panes[data-thread] h2") ?? all[Math.min(rowAt, all.length - 1)] ?? list;
    next?.focus({ preventScroll: true });
    next?.scrollIntoView({ block: "nearest" });
  }
});

document.addEventListener("htmx:load", (event) => {
  prepare(event.detail.elt);
  const tab = document.querySelector(".tabs [aria-current]");
  if (tab) tab.scrollIntoView({ block: "nearest", inline: "center" });
});

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
