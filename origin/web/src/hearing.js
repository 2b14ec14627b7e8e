// Tells the server what is heard of the catalogue's tracks, so that plays count.
//
// A first word gives a ticket, asked for as soon as somebody wants to hear it; and once enough was
// heard, and as much time has passed since the ticket was given, it is shown: of what is short, after
// its end, where the ticket came late. What counts is by how much the position has moved on, and no more
// than time has passed: who skips through a track has not heard it, and a busy page that looks late has
// missed nothing. What is told is refused or lost now and then; listening goes on all the same.

import { ask, HAS_API } from "./api.js";

const ENOUGH_S = 30; // as the server has it; of what is shorter, all but the very end
const END_S = 0.5;
const AGAIN_S = 10; // until what did not go well is tried once more
const LATER = ["too_short", "busy"];

export class Hearing {
  #audio;
  #play = null; // of the track that is open, null where nobody counts it
  #from = null; // when and at which position it was looked at last, null of a track just opened

  /** Listen along to `audio`. */
  constructor(audio) {
    this.#audio = audio;
    audio.addEventListener("play", () => {
      this.#mark();
      this.#begin();
    });
    audio.addEventListener("seeking", () => this.#mark());
    audio.addEventListener("timeupdate", () => this.#look());
    audio.addEventListener("ended", () => this.#end());
  }

  /** Begin anew, with a track as the player opens it, which may be wanted at once. */
  open({ track_id, duration_s }, isWanted) {
    const isCounted = HAS_API && Boolean(track_id);
    this.#play = isCounted ? new Play(track_id, duration_s) : null;
    this.#from = null;
    if (isWanted) {
      this.#begin();
    }
  }

  #begin() {
    this.#play?.begin(performance.now() / 1000);
  }

  /** Go on from here: what is before was heard already, or jumped over. */
  #mark() {
    this.#from = { at_s: performance.now() / 1000, position_s: this.#audio.currentTime };
  }

  /** Return how much was heard since it was looked at last. */
  #heardSince() {
    const { at_s, position_s } = this.#from ?? {};
    this.#mark();
    const moved_s = (this.#from.position_s - position_s) / this.#audio.playbackRate;
    return Math.max(Math.min(moved_s, this.#from.at_s - at_s), 0) || 0;
  }

  #look() {
    const heard_s = this.#heardSince();
    if (!this.#audio.paused && this.#audio.currentTime > 0) {
      this.#play?.goOn(performance.now() / 1000, heard_s);
    }
  }

  #end() {
    this.#play?.end(performance.now() / 1000, this.#heardSince());
    this.#play = this.#play && this.#play.again();
  }
}

class Play {
  #trackId;
  #duration_s;
  #enough_s;
  #ticket = null;
  #given_s = 0; // when the ticket came
  #heard_s = 0;
  #from_s = 0; // no word before that
  #isBusy = false;
  #hasEnded = false;
  #isOver = false;

  constructor(trackId, duration_s) {
    this.#trackId = trackId;
    this.#duration_s = duration_s;
    this.#enough_s = Math.min(ENOUGH_S, Math.max(duration_s - END_S, duration_s / 2));
  }

  /** The same track from its beginning. */
  again() {
    return new Play(this.#trackId, this.#duration_s);
  }

  /** Sound is about to come. */
  begin(now_s) {
    if (this.#ticket === null && now_s >= this.#from_s) {
      this.#tell(now_s);
    }
  }

  /** So much more was heard until now. */
  goOn(now_s, heard_s) {
    this.#heard_s += heard_s;
    this.begin(now_s);
    const isEnough = Math.min(this.#heard_s, this.#age(now_s)) >= this.#enough_s;
    if (isEnough && now_s >= this.#from_s) {
      this.#tell(now_s);
    }
  }

  /** The track is at its end, so much after the last look: what was heard may be enough. */
  end(now_s, heard_s) {
    this.#heard_s += heard_s;
    this.#hasEnded = true;
    this.#tellLast(now_s);
  }

  #tellLast(now_s) {
    if (this.#ticket !== null) {
      const isHeard = this.#heard_s >= this.#enough_s;
      const wait_s = isHeard ? Math.max(this.#enough_s - this.#age(now_s), 0) : 0;
      setTimeout(() => this.#tell(now_s + wait_s), 1000 * wait_s);
    }
  }

  #age(now_s) {
    return this.#ticket === null ? 0 : now_s - this.#given_s;
  }

  async #tell(now_s) {
    if (this.#isBusy || this.#isOver) {
      return;
    }
    this.#isBusy = true;
    this.#from_s = now_s + AGAIN_S;
    const heard_s = Math.min(this.#heard_s, this.#age(now_s));
    const shown = this.#ticket === null ? {} : { ticket: this.#ticket, heard_s };
    try {
      const body = { plays: [{ track_id: this.#trackId, ...shown }] };
      const { plays: [{ state, ticket, reason }] } = await ask("plays", { method: "POST", body });
      if (state === "begun") {
        this.#ticket = ticket;
        this.#given_s = performance.now() / 1000;
        this.#from_s = 0;
        if (this.#hasEnded) {
          this.#tellLast(this.#given_s);
        }
      } else {
        this.#isOver = !LATER.includes(reason);
      }
    } catch (error) {
      console.info("What is heard was not told:", error.message);
    }
    this.#isBusy = false;
  }
}
