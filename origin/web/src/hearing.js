// Tells the server what is heard of the catalogue's tracks, so that plays count.
//
// A first word gives a ticket, asked for as soon as somebody wants to hear it; and once enough was
// heard, and as much time has passed since the ticket was given, it is shown: of what is short, after
// its end, where the ticket came late. What counts is by how much the position has moved on since it
// was last set, and no more than time has passed: who skips through a track has not heard it, and a busy
// page that looks late, even at the beginning, has missed nothing. What is told is refused or lost now
// and then: it is said again, when the page is left at the latest, and listening goes on all the same.

import { ask, HAS_API } from "./api.js";

const ENOUGH_S = 30; // as the server has it; of what is shorter, all but the very end
const END_S = 0.5;
const AGAIN_S = 10; // until what did not go well is tried once more
const LATE_S = 0.05; // by which our clock may be ahead of the server's
const LAST_WORDS_MAX = 5; // after the end, when nothing else brings another one
const LATER = ["too_short", "busy"];

const now_s = () => performance.now() / 1000;

export class Hearing {
  #audio;
  #play = null; // of the track that is open, null where nobody counts it
  #ended = null; // what was heard to its end last
  #from; // when the position was set, to what, and how much was heard from there on

  /** Listen along to `audio`. */
  constructor(audio) {
    this.#audio = audio;
    this.#mark(0);
    audio.addEventListener("play", () => this.#play?.begin());
    audio.addEventListener("emptied", () => this.#mark(0));
    audio.addEventListener("seeking", () => this.#mark(audio.currentTime));
    audio.addEventListener("ratechange", () => {
      this.#look();
      this.#mark(audio.currentTime);
    });
    audio.addEventListener("timeupdate", () => this.#look());
    audio.addEventListener("ended", () => this.#end());
    addEventListener("pagehide", () => this.#leave());
  }

  /** Begin anew, with a track as the player opens it, which may be wanted at once. */
  open({ track_id, duration_s }, isWanted) {
    const isCounted = HAS_API && Boolean(track_id);
    this.#play = isCounted ? new Play(track_id, duration_s) : null;
    this.#mark(0);
    if (isWanted) {
      this.#play?.begin();
    }
  }

  /** Go on from a position: what is before was heard already, or jumped over. */
  #mark(position_s) {
    this.#from = { at_s: now_s(), position_s, rate: this.#audio.playbackRate, heard_s: 0 };
  }

  /** Return how much was heard since it was looked at last. */
  #heardSince() {
    const { at_s, position_s, rate, heard_s } = this.#from;
    if (this.#audio.seeking) {
      return 0; // the position is another already
    }
    const moved_s = (this.#audio.currentTime - position_s) / rate;
    this.#from.heard_s = Math.max(Math.min(moved_s, now_s() - at_s), heard_s);
    return this.#from.heard_s - heard_s;
  }

  #look() {
    const heard_s = this.#heardSince();
    if (heard_s > 0) {
      this.#play?.goOn(heard_s);
    }
  }

  #end() {
    this.#play?.end(this.#heardSince());
    this.#ended = this.#play;
    this.#play = this.#play && this.#play.again();
  }

  #leave() {
    this.#look();
    this.#ended?.leave();
    this.#play?.leave();
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
  #lastWords = 0;
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
  begin() {
    if (this.#ticket === null && now_s() >= this.#from_s) {
      this.#tell();
    }
  }

  /** So much more was heard. */
  goOn(heard_s) {
    this.#heard_s += heard_s;
    this.begin();
    const isEnough = this.#shown_s >= this.#enough_s;
    if (isEnough && now_s() >= this.#from_s) {
      this.#tell();
    }
  }

  /** The track is at its end, so much after the last look: what was heard may be enough. */
  end(heard_s) {
    this.#heard_s += heard_s;
    this.#hasEnded = true;
    if (!this.#isBusy) {
      this.#tellLast();
    }
  }

  /** The page is left: what was not told yet is told now, or never. */
  leave() {
    if (this.#isHeard && this.#shown_s >= this.#enough_s) {
      this.#tell();
    }
  }

  /** What can be shown of what was heard: no more than time has passed since the ticket was given. */
  get #shown_s() {
    return this.#ticket === null ? 0 : Math.min(this.#heard_s, now_s() - this.#given_s);
  }

  get #isHeard() {
    return this.#heard_s >= this.#enough_s;
  }

  /** Tell once more as soon as it can be believed; of what was not heard, one word will do. */
  #tellLast() {
    if (this.#isOver || (this.#lastWords > 0 && !this.#isHeard) || this.#lastWords === LAST_WORDS_MAX) {
      return;
    }
    this.#lastWords += 1;
    const isShown = this.#ticket !== null && this.#isHeard;
    const from_s = isShown ? this.#given_s + this.#enough_s + LATE_S : 0;
    setTimeout(() => this.#tell(), 1000 * Math.max(from_s - now_s(), this.#from_s - now_s(), 0));
  }

  async #tell() {
    if (this.#isBusy || this.#isOver) {
      return;
    }
    this.#isBusy = true;
    this.#from_s = now_s() + AGAIN_S;
    const shown = this.#ticket === null ? {} : { ticket: this.#ticket, heard_s: this.#shown_s };
    try {
      const body = { plays: [{ track_id: this.#trackId, ...shown }] };
      const { plays: [{ state, ticket, reason }] } = await ask("plays", { method: "POST", body, keepalive: true });
      if (state === "begun") {
        this.#ticket = ticket;
        this.#given_s = now_s();
        this.#from_s = 0;
      } else {
        this.#isOver = !LATER.includes(reason);
      }
    } catch (error) {
      console.info("What is heard was not told:", error.message);
    }
    this.#isBusy = false;
    if (this.#hasEnded) {
      this.#tellLast();
    }
  }
}
