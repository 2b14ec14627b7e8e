// Uploads that this browser began: the same file, chosen again, goes on where it was.

import { ask } from "./api.js";

const OPEN = ["waiting", "receiving"];

function keyOf({ name, size, lastModified }) {
  return `upload ${size} ${lastModified} ${name}`;
}

/** Remember the upload of a file; where the browser stores nothing, it begins anew another time. */
export function remember(file, { id }) {
  try {
    localStorage.setItem(keyOf(file), id);
  } catch (error) {
    console.warn(error);
  }
}

/** Remember it no more. */
export function forget(file) {
  try {
    localStorage.removeItem(keyOf(file));
  } catch (error) {
    console.warn(error);
  }
}

/**
 * Return the upload of a file that somebody began and did not end, null where there is none.
 *
 * Where the server does not say, it raises: what was sent so far is not to be sent once more.
 */
export async function recall(file) {
  const id = remembered(file);
  if (id === null) {
    return null;
  }
  try {
    const upload = await ask(`uploads/${encodeURIComponent(id)}`);
    if (OPEN.includes(upload.state) && upload.send?.tus) {
      return upload;
    }
  } catch (error) {
    if (error.status !== 404) {
      throw error;
    }
  }
  forget(file);
  return null;
}

function remembered(file) {
  try {
    return localStorage.getItem(keyOf(file));
  } catch (error) {
    console.warn(error);
    return null;
  }
}
