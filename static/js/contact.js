// Contact Buyer: what the chosen reason takes, and characters counted, as one writes.

for (const form of document.querySelectorAll("[data-contact]")) {
  const text = form.elements.namedItem("text");
  const part = (name) => form.querySelector(`[data-contact-${name}]`);
  const count = part("count");
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

  form.addEventListener("input", (event) => {
    if (event.target.name !== "text" && event.target.name !== "reason") return;
    tell();
  });
  tell();
}
