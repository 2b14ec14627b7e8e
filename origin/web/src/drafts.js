// Makes things of which there is to be one, also where the answer was lost and somebody tries again:
// the same draft bears the same key then, and the server says once more what it has made of it. Keys
// are kept with the tab, as who gets no answer reloads the page.

import { ask } from "./api.js";

const NAME = "soundbridge-drafts";
const KEY_BYTES = 16;
const USED_UP = "idempotency_keys_used_up";

const keys = kept(); // by draft, until it is made

/** Make something of a draft, at a path; return what is said of it. */
export async function make(path, body) {
  const draft = JSON.stringify([path, body]);
  const key = keys.get(draft) ?? someHex(KEY_BYTES);
  keys.set(draft, key);
  keep();
  try {
    const made = await post(path, body, key);
    keys.delete(draft); // the next that is alike is another
    return made;
  } catch (error) {
    if (error.code === "answer_not_kept") {
      keys.delete(draft); // whoever tries again has been told to look
    }
    throw error;
  } finally {
    keep();
  }
}

/** Ask for it by its key; where the user has no more of them today, without. */
async function post(path, body, key) {
  try {
    return await ask(path, { method: "POST", body, key });
  } catch (error) {
    if (error.code !== USED_UP) {
      throw error;
    }
    return ask(path, { method: "POST", body });
  }
}

function kept() {
  try {
    return new Map(Object.entries(JSON.parse(sessionStorage.getItem(NAME) ?? "{}")));
  } catch (error) {
    console.warn(error); // what is no JSON is none of ours; or nothing may be kept here
    return new Map();
  }
}

function keep() {
  try {
    sessionStorage.setItem(NAME, JSON.stringify(Object.fromEntries(keys)));
  } catch (error) {
    console.warn(error); // then they last until a reload
  }
}

/** Return random bytes as text. */
export function someHex(count) {
  const bytes = crypto.getRandomValues(new Uint8Array(count));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
