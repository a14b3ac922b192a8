// Asking the server from a page: with the ticket against forged requests, which a new sign-in changes.

const tickets = () => document.querySelectorAll("input[name=csrfmiddlewaretoken]");

export const ticket = () => tickets()[0]?.value ?? "";

// Puts the tickets of a freshly fetched page into this one.
export function renewTickets(fresh) {
  const value = fresh.querySelector("input[name=csrfmiddlewaretoken]")?.value;
  if (!value) return false;
  for (const input of tickets()) input.value = value;
  return true;
}

// The page as it is now, or null where it is no longer ours (signed out, another role) or out of reach.
export async function freshPage(address = location.href) {
  const answer = await fetch(address, { redirect: "manual", headers: { "X-Requested-With": "fetch" } });
  if (!answer.ok) return null;
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

export const isSignedOut = (answer) => answer.type === "opaqueredirect" || answer.status === 401;

// Posts fields; after a sign-in in another window once more, with the new ticket.
export async function post(address, fields, options = {}) {
  const send = () =>
    fetch(address, {
      method: "POST",
      body: fields,
      redirect: "manual",
      headers: { "X-Requested-With": "fetch", "X-CSRFToken": ticket() },
      ...options,
    });
  const answer = await send();
  if (answer.status !== 403) return answer;
  const page = await freshPage();
  return page && renewTickets(page) ? send() : answer;
}

// The words of a module stand in the page, in its language.
export function wordsOf(form) {
  const said = form.querySelector("template[data-words]")?.content;
  return (name, values = {}) => {
    const text = said?.querySelector(`[data-word="${name}"]`)?.textContent ?? "";
    return text.replace(/\{(\w+)\}/g, (whole, key) => values[key] ?? whole);
  };
}
