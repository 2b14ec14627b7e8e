// Follows a track that is still being prepared, until it is complete or was taken away.
//
// Playback needs none of this: its playlist grows by itself. It is for what a page shows.

import { fetchAbout, readAbout } from "./leave.js";

const PAUSE_MS = 5000;

export class Preparation {
  #playbackId;
  #handlers;
  #asking = new AbortController();
  #timer;

  /** `ready(track)` is called with what the origin says of the complete track, `gone()` if it went. */
  constructor(playbackId, handlers) {
    this.#playbackId = playbackId;
    this.#handlers = handlers;
    this.#wait();
  }

  /** Ask no more. */
  close() {
    clearTimeout(this.#timer);
    this.#asking.abort();
  }

  #wait() {
    this.#timer = setTimeout(() => this.#look(), PAUSE_MS);
  }

  async #look() {
    const { signal } = this.#asking;
    try {
      const response = await fetchAbout(this.#playbackId, signal);
      const track = response.ok ? await readAbout(this.#playbackId, response) : null;
      if (response.status === 404) {
        this.#handlers.gone();
        return;
      }
      if (track?.state === "ready") {
        this.#handlers.ready(track);
        return;
      }
    } catch {
      // The connection may come back; who closed this hears nothing more of it.
    }
    if (!signal.aborted) {
      this.#wait();
    }
  }
}
