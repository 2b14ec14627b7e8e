// Uploads that somebody began in this browser: the same file, chosen again, goes on where it was.

import { ask } from "./api.js";
import { markOf } from "./file_mark.js";

const OPEN = ["waiting", "receiving"];
const COMPLETE = "complete";

/**
 * Those of one user: who else has the same file here neither sees nor ends them. Whether there is one of a
 * file is asked first, by `recall`, before that is remembered or forgotten.
 */
export class OpenUploads {
  #user;
  #running = new Set(); // ids of those that are sent from this page
  #marks = new WeakMap(); // by file, what tells it from others of its name, size and time

  constructor(user) {
    this.#user = user;
  }

  /** Remember the upload of a file; where the browser stores nothing, it begins anew another time. */
  remember(file, { id }) {
    try {
      localStorage.setItem(this.#keyOf(file), id);
    } catch (error) {
      console.warn(error);
    }
  }

  /** Remember it no more; another file that looks the same may have taken its place. */
  forget(file, { id }) {
    if (this.#remembered(file) !== id) {
      return;
    }
    try {
      localStorage.removeItem(this.#keyOf(file));
    } catch (error) {
      console.warn(error);
    }
  }

  /** Take a file that looks the same for another one until `sent` has settled: this one is on its way. */
  run({ id }, sent) {
    this.#running.add(id);
    const done = () => this.#running.delete(id);
    sent.then(done, done);
  }

  /**
   * Return the upload of a file that somebody began and did not see the end of, null where there is none.
   *
   * It may be complete: then its last answer was lost. Where the server does not say, it raises: what was
   * sent so far is not to be sent once more. One that the server does not know stays remembered: somebody
   * else may be signed in by now.
   */
  async recall(file) {
    this.#marks.set(file, await markOf(file).catch(() => "")); // what cannot be read is not sent either
    const id = this.#remembered(file);
    if (id === null || this.#running.has(id)) {
      return null;
    }
    try {
      const upload = await ask(`uploads/${encodeURIComponent(id)}`);
      if (upload.state === COMPLETE || (OPEN.includes(upload.state) && upload.send?.tus)) {
        return upload;
      }
    } catch (error) {
      if (error.status !== 404) {
        throw error;
      }
      return null;
    }
    this.forget(file, { id });
    return null;
  }

  #remembered(file) {
    try {
      return localStorage.getItem(this.#keyOf(file));
    } catch (error) {
      console.warn(error);
      return null;
    }
  }

  #keyOf(file) {
    const { name, size, lastModified } = file;
    return `upload ${this.#user.id} ${size} ${lastModified} ${this.#marks.get(file)} ${name}`;
  }
}
