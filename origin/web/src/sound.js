// The sound of the track that is open: loaded when its turn has come, and heard in one rung or any.
//
// What plays is much, and would hold up what is seen: it waits for somebody to be there, or to wish
// to hear it.

import { fetchEngine, findEngine, isNative } from "./playback.js";
import { painted, somebody } from "./presence.js";

const STOPPED = "The sound stopped coming. The connection may be down, or the server busy.";
const UNLOADED =
  "The player did not come. The connection may be down, or this page older than the server: trying again loads it anew.";
const UNPLAYABLE = "This browser cannot play adaptive streams. A newer one will.";

export class Sound {
  #audio;
  #address;
  #handlers;
  #playback;
  #rung = null; // that was chosen
  #isLoaded = true; // false where what plays could not be loaded
  #wished = () => {}; // somebody wants to hear it before what plays is there
  #opened = 0; // counts calls of open, so that what an earlier one waited for is dropped

  /**
   * Play on `audio`, with hls.js from its address.
   *
   * Of the handlers, `waits()` is called once what plays is only waiting for somebody; `begins()`
   * returns a position in seconds; `began(playback)`, `rendition(rung)` and `trouble(trouble)` are as
   * playback.js has them, and `fails(sentence, trouble)` ends it.
   */
  constructor(audio, address, handlers) {
    this.#audio = audio;
    this.#address = address;
    this.#handlers = handlers;
  }

  /** Begin with a track, in one rung or any, once it was `seen`; at once where the element plays by itself. */
  async open(track, rung, seen) {
    const opened = this.#opened;
    this.#rung = rung;
    if (!this.#audio.autoplay) {
      await this.#turn(seen);
    }
    if (opened !== this.#opened) {
      return;
    }
    let begin;
    try {
      begin = await findEngine(this.#audio);
    } catch (error) {
      this.#isLoaded = false;
      this.#handlers.fails(UNLOADED, { fatal: true, details: error.message });
      return;
    }
    if (opened !== this.#opened) {
      return;
    }
    if (!begin) {
      this.#handlers.fails(UNPLAYABLE, { fatal: true, details: "noEngine" });
      return;
    }
    this.#begin(begin, track);
  }

  /** Play nothing any more. */
  close() {
    this.#opened += 1;
    this.#playback?.close();
    this.#playback = undefined;
  }

  /** Keep to one rung; null leaves the choice to the player. */
  choose(rung) {
    this.#rung = rung;
    this.#playback?.choose(rung);
  }

  /** Have it come now, and play as soon as there is something to be played. */
  wish() {
    this.#audio.autoplay = true;
    this.#wished();
  }

  get rung() {
    return this.#rung;
  }

  get isThere() {
    return this.#playback !== undefined;
  }

  get isLoaded() {
    return this.#isLoaded;
  }

  #begin(begin, track) {
    const { begins, began, rendition, trouble, fails } = this.#handlers;
    this.#playback = begin(track, begins(), {
      rendition,
      trouble: (told) => (told.fatal ? fails(STOPPED, told) : trouble(told)),
    });
    if (this.#rung !== null) {
      this.#playback.choose(this.#rung);
    }
    began(this.#playback);
  }

  async #turn(seen) {
    const wish = new Promise((resolve) => (this.#wished = resolve));
    await Promise.race([seen, wish]);
    if (isNative()) {
      return; // it is there, and little
    }
    fetchEngine(this.#address);
    this.#handlers.waits();
    await Promise.race([somebody, wish]);
    await painted();
  }
}
