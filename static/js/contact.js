// Contact Buyer: what the chosen reason takes, characters counted, and what the buyer gets, as one writes.

const PAUSE = 400; // ms without a key before the preview is asked for

for (const form of document.querySelectorAll("[data-contact]")) {
  const text = form.elements.namedItem("text");
  const part = (name) => form.querySelector(`[data-contact-${name}]`);
  const count = part("count");
  const preview = part("preview");
  let timer = 0;
  let asked = 0;

  part("ask").hidden = true;
  const chosen = () => form.querySelector("input[name=reason]:checked");

  // As the server counts: code points, line ends as one.
  const length = () => [...text.value.replaceAll("\r\n", "\n").trim()].length;

  function tell() {
    const reason = chosen();
    if (!reason) return;
    const limit = Number(reason.dataset.limit);
    const figure = (number) => number.toLocaleString(document.documentElement.lang);
    const words = count.dataset.words.replace("{count}", figure(length())).replace("{limit}", figure(limit));
    if (limit) count.textContent = words;
    count.classList.toggle("contact__over", limit > 0 && length() > limit);
    for (const words of form.querySelectorAll("[data-contact-takes]")) words.textContent = reason.dataset.takes;
    part("text").hidden = limit === 0;
    text.disabled = limit === 0; // kept, not sent
    part("no-text").hidden = limit !== 0;
    part("files").hidden = reason.dataset.files === "0";
    for (const control of part("files").querySelectorAll("input")) control.disabled = reason.dataset.files === "0";
  }

  async function show() {
    if (!chosen()) return;
    const number = ++asked;
    const said = new FormData();
    for (const name of ["csrfmiddlewaretoken", "reason"]) said.set(name, new FormData(form).get(name));
    said.set("text", text.value);
    preview.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: said });
      if (answer.ok && !answer.redirected && number === asked) preview.innerHTML = await answer.text();
    } catch {
      part("ask").hidden = false; // offline: the button asks again
    } finally {
      preview.removeAttribute("aria-busy");
    }
  }

  form.addEventListener("input", (event) => {
    if (event.target.name !== "text" && event.target.name !== "reason") return;
    tell();
    clearTimeout(timer);
    timer = setTimeout(show, event.target.name === "reason" ? 0 : PAUSE);
  });
  tell();
  if (chosen() && text.value) show();
}
