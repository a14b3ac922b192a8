// What is under way shows the shape of what comes (UX-5): nothing for 300 ms, then a bar on top, and in the pane that
// is asked for grey lines where text will stand. They go with the answer, whatever it is.

const LATE = 300; // ms after which waiting shows
const SHAPES = {
  // one line each: how wide; a bubble holds the lines of a message
  panes: [["short"], ["line", "mid"], ["line", "line", "mid"], ["mid", "short"]],
  mailbox: Array.from({ length: 8 }, () => ["short", "mid", "line"]),
};
const PANES = { panes: "#conversation", mailbox: "#threads" };

const mailbox = () => document.getElementById("mailbox");
let bar = null;
let timer = 0;

function shape(name) {
  const place = Object.assign(document.createElement("div"), { className: `skeletons skeletons--${name}` });
  place.setAttribute("aria-hidden", "true");
  const whole = place.appendChild(Object.assign(document.createElement("div"), { className: "skeletons__whole" }));
  for (const lines of SHAPES[name]) {
    const block = whole.appendChild(Object.assign(document.createElement("div"), { className: "skeletons__block" }));
    for (const line of lines) {
      block.appendChild(Object.assign(document.createElement("span"), { className: `skeleton skeleton--${line}` }));
    }
  }
  return place;
}

function show(target, isNewPage) {
  bar = bar || document.body.appendChild(Object.assign(document.createElement("div"), { className: "loadbar" }));
  bar.hidden = false;
  const pane = isNewPage && document.querySelector(PANES[target?.id] ?? "none");
  if (!pane) return;
  pane.setAttribute("aria-busy", "true");
  const skeletons = shape(target.id);
  pane.prepend(skeletons);
  if (target.id !== "panes") return;
  skeletons.dataset.was = mailbox().dataset.pane;
  mailbox().dataset.pane = "thread"; // a phone shows one pane
}

function hide() {
  clearTimeout(timer);
  if (bar) bar.hidden = true;
  for (const skeletons of document.querySelectorAll(".skeletons")) {
    skeletons.parentElement.removeAttribute("aria-busy");
    if (skeletons.dataset.was) mailbox().dataset.pane = skeletons.dataset.was; // what came would have taken its place
    skeletons.remove();
  }
}

// What is posted changes a row or two: the rest stays in sight.
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  clearTimeout(timer);
  timer = setTimeout(() => show(detail.target, detail.requestConfig.verb === "get"), LATE);
});
document.addEventListener("htmx:afterRequest", hide);
