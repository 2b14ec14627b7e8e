// The page's notice: what came of what was asked for, and trying again to open what the address says.

import { Refused, UNREACHABLE } from "./track_source.js";
import { Trouble } from "./trouble.js";

export class Notice {
  #place;
  #trouble;

  /** Say it in `place`; `again()` opens what the address says, `goOn()` returns what the keyboard goes on at then. */
  constructor(place, again, goOn) {
    this.#place = place;
    this.#trouble = new Trouble(place, again, goOn);
  }

  /** Say a sentence, or nothing any more. */
  say(sentence) {
    this.#trouble.hide();
    this.#place.textContent = sentence;
    this.#bringIntoSight();
  }

  /** Say that something was not to be had. */
  complain(error) {
    console.warn(error);
    this.say(error instanceof Refused ? error.message : UNREACHABLE);
  }

  /** Say that what the address asks for did not come, and offer to try again. */
  offerAgain(error) {
    console.warn(error);
    this.#trouble.show(UNREACHABLE);
    this.#bringIntoSight();
  }

  /** Do something, and say so where it fails; where it was overtaken by something else, it did not. */
  async guard(action) {
    try {
      await action();
    } catch (error) {
      if (error.name !== "AbortError") {
        this.complain(error);
      }
    }
  }

  /** Whether what the address asks for is yet to come. */
  get offersAgain() {
    return this.#trouble.isShown;
  }

  #bringIntoSight() {
    this.#place.scrollIntoView({ block: "nearest" });
  }
}
