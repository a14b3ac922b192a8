// New messages, states and counts appear without reloading (BOX-11). A poll of an unchanged mailbox is one look-up
// on the server; when something changed the page fetches itself and takes over the parts that differ. What is typed,
// the scroll and the focus stay.

import { freshPage, isSignedOut, renewTickets } from "./ask.js";

const EVERY = 10_000; // ms
const SLOWEST = 60_000;

// What is taken over: parts with a key that belongs to them. Without children of that kind a part is taken whole.
const PARTS = [
  { part: "#threads", item: ".row", key: (row) => row.querySelector("a.row__link")?.pathname },
  { part: "#conversation-list", item: "li[id]", key: (message) => message.id },
  { part: "#views" },
  { part: "#held" },
  { part: ".conversation__title" },
  { part: ".conversation .toolbar" },
  { part: ".threads-pane .pane-head .count" },
];

const box = () => document.getElementById("live");
const seen = new Map(); // what the server last said of each item, for one's own clicks change the page too
let mark = null;
let wait = EVERY;
let timer = null;
let failures = 0;
let shownAt = Date.now(); // when the server wrote what is shown
let address = location.pathname + location.search;

// Without tickets, and without what panes.js writes on links and forms.
const plain = (node) => node.outerHTML.replace(/name="csrfmiddlewaretoken" value="\w+"| hx-[a-z-]+="[^"]*"/g, "");

function remember(root) {
  for (const { part, item, key } of PARTS) {
    const place = root.querySelector(part);
    if (!place) continue;
    if (!item) seen.set(part, plain(place));
    else for (const one of place.querySelectorAll(item)) seen.set(`${part} ${key(one)}`, plain(one));
  }
}

// Keeps the line that one reads where it is, whatever comes above or below it.
function steady(scroller, change) {
  const anchor = scroller && [...scroller.querySelectorAll("li")].find(
    (line) => line.getBoundingClientRect().bottom > scroller.getBoundingClientRect().top,
  );
  const before = anchor?.getBoundingClientRect().top;
  change();
  if (!anchor?.isConnected) return;
  scroller.scrollTop += anchor.getBoundingClientRect().top - before;
}

const atEnd = (scroller) => Math.abs(scroller.scrollTop) < 40; // the column runs backwards: 0 is its end

function withFocus(change) {
  const focus = document.activeElement;
  const where = focus?.id ? `#${CSS.escape(focus.id)}` : focus?.matches?.("a[href]") && `a[href="${CSS.escape(focus.getAttribute("href"))}"]`;
  change();
  if (!focus || document.activeElement === focus) return;
  const same = focus.isConnected ? focus : where && document.querySelector(where); // a moved node has lost it, too
  same?.focus({ preventScroll: true });
}

// Puts the new children in; those that say the same as before stay the very nodes they are, open or scrolled.
function takeOver(shape, old, fresh) {
  const { part, item, key } = shape;
  if (!item) {
    if (seen.get(part) !== plain(fresh)) old.replaceWith(document.importNode(fresh, true));
    return;
  }
  const known = new Map([...old.querySelectorAll(item)].map((one) => [key(one), one]));
  const arriving = document.importNode(fresh, true);
  for (const one of arriving.querySelectorAll(item)) {
    const same = known.get(key(one));
    if (same && seen.get(`${part} ${key(one)}`) === plain(one)) one.replaceWith(same);
  }
  old.replaceChildren(...arriving.childNodes);
}

function apply(fresh) {
  const news = arrivals(fresh);
  const conversation = document.querySelector(".conversation__scroll");
  const wasAtEnd = !conversation || atEnd(conversation);
  withFocus(() => {
    for (const shape of PARTS) {
      const [old, next] = [document.querySelector(shape.part), fresh.querySelector(shape.part)];
      if (!old || !next) continue;
      const scroller = old.closest(".conversation__scroll, .threads");
      const change = () => takeOver(shape, old, next);
      if (scroller && !(scroller === conversation && wasAtEnd)) steady(scroller, change);
      else change();
    }
  });
  seen.clear();
  shownAt = Date.now();
  remember(fresh);
  document.title = fresh.title;
  renewTickets(fresh);
  for (const form of document.querySelectorAll("#threads, #conversation-list")) window.htmx?.process(form);
  document.dispatchEvent(new CustomEvent("htmx:load", { detail: { elt: document.body } })); // its forms are new
  announce(news, conversation, wasAtEnd);
}

function arrivals(fresh) {
  const now = new Set([...document.querySelectorAll("#conversation-list > li[id]")].map((one) => one.id));
  const messages = [...fresh.querySelectorAll("#conversation-list > li[id]:not(.message--own)")].filter(
    (one) => !now.has(one.id) && document.querySelector("#conversation-list"),
  );
  const path = (row) => row.querySelector("a.row__link")?.pathname;
  const unread = new Set([...document.querySelectorAll(".row--unread")].map(path));
  const rows = [...fresh.querySelectorAll(".row--unread")].filter((row) => !unread.has(path(row)));
  return { messages, rows };
}

function announce({ messages, rows }, conversation, wasAtEnd) {
  const said = box().querySelector("[data-live-said]");
  const words = (name) => box().querySelector("template").content.querySelector(`[data-word=${name}]`).textContent;
  if (messages.length) {
    const who = messages.at(-1).querySelector(".message__meta strong")?.textContent ?? "";
    said.textContent = words("message").replace("{name}", who);
    if (!wasAtEnd) showChip(conversation);
  } else if (rows.length) {
    const who = rows[0].querySelector("a.row__link").lastChild.textContent.trim();
    said.textContent = words("threads").replace("{name}", who);
  }
}

function showChip(conversation) {
  const chip = box().querySelector("[data-live-chip]");
  chip.hidden = false;
  const hide = () => {
    chip.hidden = true;
  };
  chip.onclick = () => {
    conversation.scrollTo({ top: 0 });
    conversation.focus({ preventScroll: true });
    hide();
  };
  conversation.addEventListener("scroll", () => atEnd(conversation) && hide(), { passive: true });
}

const show = (name, on) => {
  const part = box()?.querySelector(`[data-live-${name}]`);
  if (part) part.hidden = !on;
};

async function poll() {
  clearTimeout(timer);
  if (!box() || document.hidden) return;
  try {
    await look();
    if (failures) back();
    wait = EVERY;
  } catch {
    failures += 1;
    wait = Math.min(SLOWEST, wait * 2);
    if (failures > 1) document.dispatchEvent(new Event("mailbox:offline"));
  }
  timer = setTimeout(poll, wait * (0.9 + Math.random() / 5));
}

// The banner of offline.js goes, and drafts that waited are saved.
function back() {
  failures = 0;
  window.dispatchEvent(new Event("online"));
}

// Due times go on while nothing else does. What a chip says of one changes by the minute, then by the hour.
function said(due, now) {
  const minutes = Math.trunc(Math.abs(due - now) / 60_000);
  return `${due < now} ${minutes < 60 ? minutes : `${Math.trunc(minutes / 60)} h`}`;
}

function isOutdated() {
  const running = document.querySelectorAll("time.due:not(.due--done, .due--none)");
  return [...running].map((chip) => Date.parse(chip.dateTime)).some((due) => said(due, shownAt) !== said(due, Date.now()));
}

async function look() {
  const here = location.pathname + location.search;
  if (here !== address) {
    address = here; // htmx opened another conversation: what it brought is what the server says of it
    remember(document);
  }
  const { liveUrl } = box().dataset;
  const answer = await fetch(`${liveUrl}?mark=${mark}`, { redirect: "manual", cache: "no-store" });
  show("out", isSignedOut(answer) || answer.status === 403);
  if (isSignedOut(answer) || answer.status === 403) return;
  if (!answer.ok) throw new Error(`live: ${answer.status}`);
  if (answer.status === 204 && !isOutdated()) return;
  const told = answer.status === 204 ? { mark } : await answer.json();
  const fresh = await freshPage();
  if (here !== location.pathname + location.search) return; // moved on meanwhile: the next poll sees to it
  if (fresh) apply(fresh);
  mark = fresh?.getElementById("live")?.dataset.liveMark ?? told.mark;
}

if (box()) {
  mark = box().dataset.liveMark;
  remember(document);
  timer = setTimeout(poll, EVERY);
  document.addEventListener("visibilitychange", () => !document.hidden && poll());
  window.addEventListener("online", poll);
  document.addEventListener("htmx:afterSettle", () => remember(document));
}
