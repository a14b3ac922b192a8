// The composer: saves its draft, asks the gate while one writes, sends with Ctrl+Enter. Without this the form
// posts, and "Save draft" is a button.

import { isSignedOut, post, wordsOf } from "./ask.js";
import { attach, waitForUploads } from "./uploads.js";

const SAVE_AFTER = 1200; // ms of rest; at the latest after SAVE_WITHIN
const SAVE_WITHIN = 2500;
const ASK_AFTER = 700;
const RETRY_AFTER = 5000;
const KEPT = ["text", "reason", "topic", "covers_from", "covers_until"]; // the text first

class Composer {
  constructor(form) {
    this.form = form;
    this.text = form.elements.text;
    this.say = wordsOf(form);
    this.saved = form.querySelector("[data-saved]");
    this.hints = form.querySelector("[data-hints-here]");
    this.stored = form.querySelector(".objections") ? "" : this.written(); // a refused text may be newer than its draft
    this.left = false;
    attach(form, this);
    form.classList.add("is-live");
    form.addEventListener("input", (event) => this.changed(event));
    form.addEventListener("change", (event) => this.changed(event));
    form.addEventListener("click", (event) => this.clicked(event));
    form.addEventListener("keydown", (event) => this.pressed(event));
    if (!this.text.value.trim() && !this.carries()) return;
    this.ask();
    if (this.text.value.trim()) this.saveSoon();
  }

  written() {
    const pick = (name) => {
      const field = this.form.elements[name];
      return field?.value ?? "";
    };
    return JSON.stringify(KEPT.map(pick));
  }

  fields() {
    const fields = new FormData();
    for (const [place, value] of JSON.parse(this.written()).entries()) fields.set(KEPT[place], value);
    fields.set("saved_at", this.form.dataset.savedAt);
    return fields;
  }

  changed(event) {
    if (event.target.type === "file" || event.target.readOnly) return;
    if (this.written() === this.asked) return;
    clearTimeout(this.askTimer);
    this.askTimer = setTimeout(() => this.ask(), ASK_AFTER);
    this.saveSoon();
  }

  saveSoon() {
    if (this.left || this.written() === this.stored) return;
    const now = Date.now();
    this.since ??= now;
    clearTimeout(this.saveTimer);
    this.saveTimer = setTimeout(() => this.save(), Math.min(SAVE_AFTER, this.since + SAVE_WITHIN - now));
  }

  async save() {
    clearTimeout(this.saveTimer);
    if (this.left || this.saving || this.clashing || this.written() === this.stored) return;
    const written = this.written();
    this.since = null;
    this.saving = new AbortController();
    let answer;
    try {
      answer = await post(this.form.dataset.drafts, this.fields(), { signal: this.saving.signal });
      await this.heard(answer, written);
    } catch {
      this.tell("unsaved");
      this.retry();
    } finally {
      this.saving = null;
    }
    if (answer?.ok) this.saveSoon();
  }

  async heard(answer, written) {
    if (isSignedOut(answer)) {
      this.signedOut = true;
      this.retry();
      return this.tell("out", "in");
    }
    if (answer.status >= 500) {
      this.retry();
      return this.tell("unsaved");
    }
    if (answer.status !== 409 && !answer.ok) return this.tell("refused");
    const told = await answer.json();
    if (answer.status === 409) return this.clash(told);
    this.stored = written;
    this.form.dataset.savedAt = told.saved_at;
    this.saved.textContent = told.words;
    delete this.saved.dataset.told;
  }

  retry() {
    this.since = null;
    this.saveTimer = setTimeout(() => this.save(), RETRY_AFTER);
  }

  tell(word, link) {
    if (this.saved.dataset.told === word && this.saved.textContent) return;
    this.saved.textContent = this.say(word);
    this.saved.dataset.told = word;
    const words = this.form.querySelector("template[data-words]").content;
    if (link) this.saved.append(" ", words.querySelector(`[data-word="${link}"]`).cloneNode(true));
  }

  // Another page saved something else meanwhile: both stay in sight until one is chosen.
  clash(told) {
    this.clashing = true;
    const box = this.form.querySelector("template[data-clash]").content.firstElementChild.cloneNode(true);
    box.querySelector("[data-clash-words]").textContent = told.words;
    box.querySelector("[data-clash-theirs]").value = told.text;
    this.text.before(box);
    const settle = (text) => {
      box.remove();
      this.clashing = false;
      this.form.dataset.savedAt = told.saved_at;
      if (text !== undefined) this.text.value = text;
      this.text.focus();
      this.since = null;
      this.saveSoon();
      this.ask();
    };
    box.querySelector("[data-clash-take]").addEventListener("click", () => settle(told.text));
    box.querySelector("[data-clash-keep]").addEventListener("click", () => settle());
  }

  async ask() {
    clearTimeout(this.askTimer);
    this.asking?.abort();
    this.asked = this.written();
    const text = this.text.disabled ? "" : this.text.value; // a reason that takes none: it stays here
    if (!text.trim() && !this.carries()) return this.show("");
    this.asking = new AbortController();
    const fields = this.fields();
    fields.set("text", text);
    if (this.form.elements.files?.disabled) fields.set("no_files", "yes");
    try {
      const answer = await post(this.form.dataset.hints, fields, { signal: this.asking.signal });
      if (answer.status === 200) this.show(await answer.text());
      if (answer.status === 204) this.show(""); // it says nothing for now: nor does what it said before hold
    } catch {
      // Offline, or a newer question is on its way: what stands there stays.
    }
  }

  carries() {
    const { covers_from: firstDay, covers_until: lastDay } = this.form.elements;
    return Boolean(firstDay?.value || lastDay?.value || this.form.querySelector("[data-upload-list] input[name=upload]"));
  }

  // The news that all is well is told to those alone who were warned before.
  show(html) {
    if (!this.hints || html.trim() === this.shown) return;
    const warned = Boolean(this.hints.querySelector("[data-take-out], .hint:not([data-all-well])"));
    this.shown = html.trim();
    this.hints.innerHTML = html;
    const well = this.hints.querySelector("[data-all-well]");
    if (well && !warned) well.remove();
  }

  clicked(event) {
    const button = event.target.closest("[data-take-out]");
    if (!button) return;
    const piece = button.dataset.takeOut;
    const at = this.text.value.indexOf(piece);
    if (at < 0) return;
    this.text.focus();
    this.text.setRangeText("", at, at + piece.length, "end");
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
    this.ask();
  }

  pressed(event) {
    if (event.key === "Escape" && event.target === this.text) document.querySelector("#conversation h2")?.focus();
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.form.requestSubmit(this.form.querySelector("[data-send]") ?? undefined);
  }

  // From here on the text belongs to the message: nothing is saved behind its back.
  leave() {
    this.left = true;
    clearTimeout(this.saveTimer);
    clearTimeout(this.askTimer);
    this.saving?.abort();
    this.asking?.abort();
  }

  back() {
    this.left = false;
    this.saveSoon();
  }

  // The window closes: what was not saved yet goes along with it.
  flush() {
    if (this.left || this.clashing || this.written() === this.stored) return;
    post(this.form.dataset.drafts, this.fields(), { keepalive: true }).catch(() => {});
    this.stored = this.written();
  }
}

const composers = new WeakMap();

// Of what htmx brings, that part alone: the rest of the page is not settled yet.
function begin(root) {
  for (const form of root.querySelectorAll("form[data-composer]")) {
    if (!composers.has(form)) composers.set(form, new Composer(form));
  }
}

const composerOf = (form) => composers.get(form);

document.addEventListener("submit", (event) => {
  const composer = composerOf(event.target);
  if (!composer || event.defaultPrevented) return;
  const elsewhere = event.submitter?.hasAttribute("formaction");
  if (elsewhere) return;
  if (composer.left && event.target.hasAttribute("hx-post")) {
    event.preventDefault(); // it is on its way: a second click sends nothing
    event.stopImmediatePropagation();
    return;
  }
  composer.leave();
  waitForUploads(event, composer);
}, true);

// htmx puts other conversations into the page; what was typed in the one before is saved first.
document.addEventListener("htmx:beforeSwap", () => {
  for (const form of document.querySelectorAll("form[data-composer]")) composerOf(form)?.flush();
});
document.addEventListener("htmx:load", (event) => begin(event.detail.elt));
document.addEventListener("htmx:responseError", (event) => composerOf(event.target)?.back());
document.addEventListener("htmx:sendError", (event) => composerOf(event.target)?.back());
window.addEventListener("online", () => {
  for (const form of document.querySelectorAll("form[data-composer]")) composerOf(form)?.save();
});
window.addEventListener("pagehide", () => {
  for (const form of document.querySelectorAll("form[data-composer]")) composerOf(form)?.flush();
});
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll("form[data-composer]")) composerOf(form)?.back();
});

// After the page's own modules: a reason that takes no text has put the field aside by then.
document.addEventListener("DOMContentLoaded", () => begin(document));
