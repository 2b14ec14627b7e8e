// Asks the API. Every URL is relative, as everywhere on the page.

/** Whether this server has the API: it says so in the page, so that nobody has to try. */
export const HAS_API = "api" in document.documentElement.dataset;

/** An answer that is an error; the message says so to whoever asked. */
export class Refused extends Error {
  constructor(status, { code = "", detail, errors } = {}) {
    const fields = errors?.map(({ pointer, parameter, detail: why }) => `${pointer ?? parameter}: ${why}`).join("; ");
    super([detail ?? `The server answered with ${status}.`, fields].filter(Boolean).join(" "));
    this.status = status;
    this.code = code;
  }
}

/** Ask for something, and return what is said; a body is sent as JSON, a file as it is. What is kept
    alive arrives also where the page is left meanwhile. */
export async function ask(path, { method = "GET", body, signal, keepalive = false } = {}) {
  const isPlain = body === undefined || body instanceof Blob;
  const response = await fetch(`v1/${path}`, {
    method,
    signal,
    keepalive,
    headers: isPlain ? {} : { "Content-Type": "application/json" },
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
