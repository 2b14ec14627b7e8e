// Sends a file by tus 1.0, and goes on where it was after whatever went wrong in between.
//
// What the server has is asked of the server alone, so a reload, another day or another process of
// the server make no difference.

const VERSION = { "Tus-Resumable": "1.0.0" };
const PIECE_BYTES = 32 * 2 ** 20; // some CDNs refuse bodies of more than 100 MB
const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 16000, 30000];
const SIGN_IN = "You are signed out. Sign in and choose the file again: it goes on where it was.";
const NOT_YOURS = "It was cancelled elsewhere, or you are signed in as somebody else. Sign in as who began it and choose the file again.";
const OVER = "What was begun of it is not kept: its time was up, or its track was deleted. Choose the file again.";
const REFUSALS = { 401: SIGN_IN, 403: SIGN_IN, 404: NOT_YOURS, 410: OVER }; // what answers HEAD has no words of its own
const UNANSWERED = 0;
const MAY_GO_ON = new Set([UNANSWERED, 401, 403, 404]); // another time, or as somebody else
const UNREADABLE = "This file was changed, moved or deleted since it was chosen. Choose it again.";
const PASSES = new Set([UNANSWERED, 408, 409, 423, 425, 429, 500, 502, 503, 504]);

/** The server refused the file, or it cannot be read; the message says why, `isFinal` whether that stays so. */
export class SendingRefused extends Error {
  constructor({ message, status }) {
    super(REFUSALS[status] ?? message);
    this.isFinal = !MAY_GO_ON.has(status);
  }
}

/** Send all of `file` to `url`; `progress(bytes)` is told what is there. AbortError on `signal`. */
export async function send(file, url, { progress, signal }) {
  let failures = 0;
  let there = null;
  while (there === null || there < file.size) {
    try {
      there ??= await position(url, signal);
      progress(there);
      there = await sendPiece(file, url, there, { progress, signal });
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Failed) || !PASSES.has(error.status)) {
        throw error instanceof Failed ? new SendingRefused(error) : error;
      }
      if (error.status === UNANSWERED && !(await isReadable(file))) {
        throw new SendingRefused({ message: UNREADABLE, status: UNANSWERED });
      }
      there = null;
      await pause(PAUSES_MS[Math.min(failures, PAUSES_MS.length - 1)], signal);
      failures += 1;
    }
  }
  progress(file.size);
}

/** Whether a browser still reads it; where it does not, that looks like a lost connection. */
function isReadable(file) {
  return file.slice(0, 1).arrayBuffer().then(() => true, () => false);
}

class Failed extends Error {
  constructor({ status, responseText }) {
    super(detail(responseText) ?? `The server answered with ${status}.`);
    this.status = status;
  }
}

function detail(text) {
  try {
    return JSON.parse(text).detail;
  } catch {
    return undefined;
  }
}

async function position(url, signal) {
  const request = await ask("HEAD", url, { signal });
  return Number(request.getResponseHeader("Upload-Offset"));
}

async function sendPiece(file, url, start, { progress, signal }) {
  const request = await ask("PATCH", url, {
    headers: { "Content-Type": "application/offset+octet-stream", "Upload-Offset": String(start) },
    body: file.slice(start, start + PIECE_BYTES),
    sent: (bytes) => progress(start + bytes),
    signal,
  });
  return Number(request.getResponseHeader("Upload-Offset"));
}

/** Ask with XMLHttpRequest, as fetch does not tell how much was sent. */
function ask(method, url, { headers = {}, body = null, sent, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open(method, url);
    for (const [name, value] of Object.entries({ ...VERSION, ...headers })) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener("progress", ({ loaded }) => sent?.(loaded));
    request.addEventListener("loadend", () =>
      request.status >= 200 && request.status < 300 ? resolve(request) : reject(new Failed(request)),
    );
    signal.addEventListener("abort", () => request.abort(), { once: true });
    request.send(body);
  });
}

/** Wait, but no longer than until the connection is back; AbortError on `signal`. */
export function pause(wait_ms, signal) {
  const waited = new AbortController();
  return new Promise((resolve) => {
    const done = () => {
      waited.abort();
      resolve();
    };
    setTimeout(done, wait_ms);
    addEventListener("online", done, { signal: waited.signal });
    signal.addEventListener("abort", done, { signal: waited.signal });
  }).then(() => signal.throwIfAborted());
}
