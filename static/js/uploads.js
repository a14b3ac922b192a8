// Files go up the moment they are picked, dropped or pasted, each with its progress and a way to stop it.
// Without this the plain file field goes with the form.

import { post, ticket, wordsOf } from "./ask.js";

const MOST = 20; // files of a message that needs no reason

const ICON = (name) => {
  const svg = document.querySelector("svg.icon use")?.closest("svg").cloneNode(true);
  if (!svg) return document.createElement("span");
  const use = svg.querySelector("use");
  use.setAttribute("href", `${use.getAttribute("href").split("#")[0]}#${name}`);
  svg.setAttribute("class", "icon icon--s");
  return svg;
};

const inWords = (bytes) => {
  const unit = bytes < 1e6 ? ["kilobyte", bytes / 1e3] : ["megabyte", bytes / 1e6];
  const form = { style: "unit", unit: unit[0], maximumFractionDigits: 1 };
  return new Intl.NumberFormat(document.documentElement.lang || "en", form).format(unit[1]);
};

const states = new WeakMap();

export function attach(form, composer) {
  const input = form.querySelector("input[type=file][name=files]");
  const list = form.querySelector("[data-upload-list]");
  if (!input || !list) return;
  const state = { form, composer, list, input, say: wordsOf(form), queue: [], running: null, idle: [], failed: 0 };
  states.set(form, state);
  input.addEventListener("change", () => {
    const files = [...input.files];
    input.value = "";
    add(state, files);
  });
  form.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    add(state, files);
  });
  form.addEventListener("click", (event) => removeClicked(state, event));
  form.addEventListener("change", (event) => event.target.name === "reason" && count(form));
  count(form);
  takeDrops(state);
}

function takeDrops(state) {
  const { form } = state;
  const zone = form.closest(".conversation") ?? form;
  let depth = 0;
  const carries = (event) => [...(event.dataTransfer?.types ?? [])].includes("Files");
  const mark = (on) => form.classList.toggle("is-dropping", on);
  zone.addEventListener("dragenter", (event) => carries(event) && mark(++depth > 0));
  zone.addEventListener("dragleave", (event) => carries(event) && mark(--depth > 0));
  zone.addEventListener("dragover", (event) => carries(event) && event.preventDefault());
  zone.addEventListener("drop", (event) => {
    if (!carries(event)) return;
    event.preventDefault();
    mark((depth = 0) > 0);
    add(state, [...event.dataTransfer.files]);
  });
}

function add(state, files) {
  for (const file of files) {
    const row = rowOf(state, file);
    state.list.append(row);
    state.queue.push({ file, row });
  }
  showList(state);
  next(state);
}

function rowOf(state, file) {
  const row = document.createElement("li");
  row.className = "file";
  const words = document.createElement("span");
  const name = document.createElement("b");
  name.className = "cut";
  name.textContent = file.name;
  const size = document.createElement("small");
  size.textContent = inWords(file.size);
  words.append(name, size);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "icon-button";
  button.dataset.cancel = "";
  button.title = state.say("cancel", { name: file.name });
  button.setAttribute("aria-label", button.title);
  button.append(ICON("close"));
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", state.say("progress", { name: file.name }));
  row.append(ICON("file"), words, button, bar);
  return row;
}

function next(state) {
  if (state.running || !state.queue.length) {
    if (!state.running) for (const done of state.idle.splice(0)) done();
    return;
  }
  const job = state.queue.shift();
  state.running = job;
  send(state, job).finally(() => {
    state.running = null;
    next(state);
  });
}

// One at a time: fetch tells nothing of what is on its way up.
function send(state, job) {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    job.request = request;
    const lost = () => {
      state.failed += 1;
      refuse(state, job.row, state.say("lost"));
      resolve();
    };
    request.open("POST", state.form.dataset.uploads);
    request.setRequestHeader("X-Requested-With", "fetch");
    request.setRequestHeader("X-CSRFToken", ticket());
    request.upload.addEventListener("progress", (event) => progress(state, job, event));
    request.addEventListener("load", () => {
      arrived(state, job, request, lost);
      resolve();
    });
    request.addEventListener("error", lost);
    request.addEventListener("abort", () => {
      job.row.remove();
      showList(state);
      resolve();
    });
    const fields = new FormData();
    fields.set("file", job.file);
    request.send(fields);
  });
}

function progress(state, job, event) {
  if (!event.lengthComputable) return;
  job.row.querySelector("progress").value = (100 * event.loaded) / event.total;
  const done = inWords((job.file.size * event.loaded) / event.total);
  job.row.querySelector("small").textContent = state.say("of", { done, all: inWords(job.file.size) });
}

function arrived(state, job, request, lost) {
  let told;
  try {
    told = JSON.parse(request.responseText);
  } catch {
    return lost(); // signed out, or an answer that is none of ours
  }
  const shape = document.createElement("template");
  shape.innerHTML = told.html.trim();
  job.row.replaceWith(shape.content);
  if (request.status !== 200) {
    state.failed += 1;
    return;
  }
  use(state, told);
}

function use(state, told) {
  const used = state.form.querySelector("[data-used]");
  if (used) used.dataset.words = told.used;
  count(state.form);
  if (!state.composer.written || JSON.parse(state.composer.written())[0].trim() === "") {
    state.form.dataset.savedAt = told.saved_at;
  }
  showList(state);
  state.composer.ask?.();
}

// How many files may go along is for the chosen reason to say.
function count(form) {
  const used = form.querySelector("[data-used]");
  const reason = form.querySelector("[name=reason]:checked, [name=reason] option:checked");
  const limit = Number(reason?.dataset.files) || MOST;
  if (used) used.textContent = (used.dataset.words ?? "").trim().replace("{limit}", limit);
}

function refuse(state, row, why) {
  row.classList.add("file--bad");
  row.querySelector("progress")?.remove();
  row.querySelector("small").textContent = why;
  row.querySelector("button").dataset.forget = "";
  delete row.querySelector("button").dataset.cancel;
}

function showList(state) {
  const box = state.form.querySelector("[data-waiting]");
  if (box) box.hidden = !state.list.children.length;
}

async function removeClicked(state, event) {
  const button = event.target.closest("[data-cancel], [data-forget], [data-remove]");
  if (!button || !state.list.contains(button)) return;
  event.preventDefault();
  const row = button.closest(".file");
  if ("cancel" in button.dataset) return cancel(state, row);
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  if ("remove" in button.dataset && !(await taken(state, button))) return;
  row.remove();
  showList(state);
  (beside?.querySelector("button") ?? state.form.elements.text).focus();
}

function cancel(state, row) {
  if (state.running?.row === row) return state.running.request.abort();
  state.queue = state.queue.filter((job) => job.row !== row);
  row.remove();
  showList(state);
}

async function taken(state, button) {
  try {
    const answer = await post(button.formAction, new FormData());
    if (answer.ok) use(state, await answer.json());
    return answer.ok || answer.status === 404;
  } catch {
    return false;
  }
}

// A message never goes without a file that its author saw beside it: sending waits for what is on its way, and
// stops where one of them was refused.
export function waitForUploads(event, composer) {
  const state = states.get(event.target);
  if (!state || (!state.running && !state.queue.length)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const { submitter } = event;
  const label = submitter?.querySelector("[data-label]");
  const words = label?.textContent;
  if (label) label.textContent = state.say("uploading");
  submitter?.setAttribute("aria-disabled", "true");
  const before = state.failed;
  new Promise((done) => state.idle.push(done)).then(() => {
    if (label) label.textContent = words;
    submitter?.removeAttribute("aria-disabled");
    composer.back();
    if (state.failed === before) state.form.requestSubmit(submitter?.form ? submitter : undefined);
    else state.list.querySelector(".file--bad button")?.focus();
  });
}
