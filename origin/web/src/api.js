// Asks the API. Every URL is relative, as everywhere on the page.

/** Whether this server has the API: it says so in the page, so that nobody has to try. */
export const HAS_API = "api" in document.documentElement.dataset;

const AWAY = "This server does not answer just now. Please try again in a moment.";
const SIGNED_OUT = "You are signed out. Sign in with a one-time link in another tab, then try again here.";

/** An answer that is an error; the message says so to whoever looks at the page. */
export class Refused extends Error {
  constructor(status, { code = "", detail, errors } = {}) {
    super(status === 401 ? SIGNED_OUT : sentences(errors) || detail || `The server answered with ${status}.`);
    this.status = status;
    this.code = code;
  }
}

/** Say to whoever looks at the page why something failed; what a browser says of a lost connection is not for them. */
export function sentenceOf(error) {
  return error instanceof Refused ? error.message : AWAY;
}

/** Say what is wrong with each field, by its name; what is wrong with several of a list is said once. */
function sentences(errors = []) {
  const said = errors.map(({ pointer, parameter, detail }) => [nameOf(pointer ?? parameter), `${detail}.`].filter(Boolean).join(": "));
  return [...new Set(said)].join(" ");
}

/** Name a field, of which a JSON pointer or a parameter's name is given: `#/track/released_on` is “Released on”. */
function nameOf(place) {
  const name = place.split("/").findLast((part) => /^[^#\d]/.test(part))?.replaceAll("_", " ") ?? "";
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** Ask for something, and return what is said; a body is sent as JSON, a file as it is. What is kept
    alive arrives also where the page is left meanwhile; what bears a key is done once. */
export async function ask(path, { method = "GET", body, signal, key, keepalive = false } = {}) {
  const isPlain = body === undefined || body instanceof Blob;
  const type = isPlain ? {} : { "Content-Type": "application/json" };
  const response = await fetch(`v1/${path}`, {
    method,
    signal,
    keepalive,
    headers: key === undefined ? type : { ...type, "Idempotency-Key": key },
    body: isPlain ? body : JSON.stringify(body),
  });
  if (!response.ok) {
    throw new Refused(response.status, await response.json().catch(() => ({})));
  }
  return response.status === 204 ? null : response.json();
}

/** Write the part of a URL behind the path; what is null is left out. */
export function query(asked) {
  const said = Object.entries(asked).filter(([, value]) => value !== null && value !== undefined);
  return new URLSearchParams(said).toString();
}
