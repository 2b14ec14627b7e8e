// Takes away an upload that nobody wants any more.

import { ask } from "./api.js";
import { pause } from "./tus.js";

const PAUSE_MS = 5000;
const BUSY = new Set([undefined, 423, 429]); // undefined: no answer at all

/** Take away what has come of it, and the track that was made for it; without a connection, once that is back. */
export async function abandon({ id, track_id }) {
  const { signal } = new AbortController();
  for (const path of [`uploads/${id}`, `tracks/${track_id}`]) {
    while (!(await isAnswered(path))) {
      await pause(PAUSE_MS, signal);
    }
  }
}

async function isAnswered(path) {
  try {
    await ask(path, { method: "DELETE" });
  } catch (error) {
    console.warn(error);
    return !BUSY.has(error.status) && error.status < 500;
  }
  return true;
}
