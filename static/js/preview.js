// What the buyer gets, shown anew as one writes. Without this, or out of reach, a button asks for it.

import { post } from "./ask.js";

const PAUSE = 400; // ms without a key before it is asked for
const NAMES = ["text", "reason", "covers_from", "covers_until"];
const begun = new WeakSet();

function follow(form) {
  const shown = form.querySelector("[data-preview-here]");
  const button = form.querySelector("[data-preview-ask]");
  let timer = 0;
  let asked = 0;

  async function show() {
    const given = new FormData(form);
    if (!given.get("reason")) return;
    const number = ++asked;
    const said = new FormData();
    for (const name of NAMES) said.set(name, form.elements.namedItem(name)?.value ?? "");
    shown.setAttribute("aria-busy", "true");
    try {
      const answer = await post(form.dataset.preview, said);
      if (answer.ok && number === asked) shown.innerHTML = await answer.text();
      button.hidden = answer.ok;
    } catch {
      button.hidden = false; // out of reach: the button asks again
    } finally {
      shown.removeAttribute("aria-busy");
    }
  }

  button.type = "button";
  button.hidden = true;
  button.addEventListener("click", show);
  form.addEventListener("input", (event) => {
    if (!NAMES.includes(event.target.name)) return;
    clearTimeout(timer);
    timer = setTimeout(show, event.target.name === "reason" ? 0 : PAUSE);
  });
  show();
}

function begin(root) {
  for (const form of root.querySelectorAll("form[data-preview]")) {
    if (!begun.has(form)) {
      begun.add(form);
      follow(form);
    }
  }
}

document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
begin(document);
