// Everything in a mailbox by keyboard (BOX-12). Keys are letters on controls (data-key) or move along the rows; while
// somebody writes, or a dialog is open, they are only letters.

const rows = () => [...document.querySelectorAll(".row__link")].filter((row) => row.checkVisibility());

function isWriting(target) {
  return Boolean(target.closest("input, textarea, select, [contenteditable]"));
}

function move(step) {
  const all = rows();
  if (!all.length) return;
  const from = all.indexOf(document.activeElement);
  const chosen = all.findIndex((row) => row.hasAttribute("aria-current"));
  const at = from >= 0 ? from : chosen;
  const next = at < 0 ? 0 : Math.min(all.length - 1, Math.max(0, at + step));
  all[next].focus();
  all[next].scrollIntoView({ block: "nearest" });
}

// On a row that is not open, archive and delete act on that row, by the form that its conversation would have.
function place(name) {
  const row = document.activeElement;
  if (!row.classList.contains("row__link") || row.hasAttribute("aria-current")) return false;
  const form = document.getElementById("row-form");
  if (!form) return false;
  const address = `${row.pathname}place/${name}/${row.search}`;
  window.htmx.ajax("POST", address, {
    source: form,
    target: "#mailbox",
    swap: "outerHTML",
    select: "#mailbox",
    values: Object.fromEntries(new FormData(form)),
  });
  return true;
}

function press(key) {
  const control = [...document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)].find(
    (one) => one.checkVisibility() || one.closest("details:not([open])"),
  );
  if (control) control.click();
  return Boolean(control);
}

// Beside a list that stands there "back" is its row; beside an order that stands there it needs no opening.
function backToRow() {
  const row = rows().find((one) => one.hasAttribute("aria-current")) ?? rows()[0];
  row?.focus();
}

function order() {
  const link = [...document.querySelectorAll("#order a[href], #order button")].find((one) => one.checkVisibility());
  if (!press("o")) link?.focus();
}

// Who is quicker than the conversation: "r" and what is typed after it wait for the text, and do nothing else.
let arriving = false;
let early = null; // what was typed since "r"; null: nothing waits

// One goes on where the draft ends.
function enter(text) {
  text.focus();
  text.setSelectionRange(text.value.length, text.value.length);
}

function write() {
  const text = document.querySelector("#reply textarea");
  if (arriving) early = "";
  else if (text) enter(text);
}

document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  arriving = detail.target?.id === "panes";
  early = null;
});

document.addEventListener("htmx:afterRequest", ({ detail }) => {
  arriving = false;
  const text = detail.successful && document.querySelector("#reply textarea");
  if (early !== null && text) {
    enter(text);
    if (early) document.execCommand("insertText", false, early); // as typed: it can be undone, and the draft hears of it
  }
  early = null;
});

function search() {
  const field = document.querySelector('input[data-key="/"]');
  if (!field) return;
  const menu = field.closest("details");
  if (menu) menu.open = true;
  field.focus();
  field.select();
}

const ACTIONS = {
  j: () => move(1),
  k: () => move(-1),
  r: write,
  e: () => place("archived") || press("e"),
  "#": () => place("deleted") || press("#"),
  n: () => press("n"),
  d: () => press("d"),
  u: () => press("u") || backToRow(),
  o: order,
  z: () => press("z"),
  "/": search,
  "?": () => document.getElementById("keys").showModal(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if (isWriting(event.target) || document.querySelector("dialog[open]")) return;
  if (early !== null && (event.key.length === 1 || event.key === "Enter")) {
    event.preventDefault();
    early += event.key === "Enter" ? "\n" : event.key;
    return;
  }
  const action = ACTIONS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  if (!action) return;
  event.preventDefault();
  action();
});

document.addEventListener("htmx:load", () => {
  for (const hint of document.querySelectorAll("[data-keys]")) hint.hidden = false;
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-show-keys]")) document.getElementById("keys").showModal();
});
