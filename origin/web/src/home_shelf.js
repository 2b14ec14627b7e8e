// The shelf under the player: what the server lists, and trouble with that. It is shown once it is
// filled and what is above it has its place, so that it moves no more.

import { HAS_API } from "./api.js";
import { Browser } from "./browse.js";
import { StoreShelf } from "./store_shelf.js";
import { Trouble } from "./trouble.js";

const UNLISTED = "The list of tracks did not come.";
const ABOVE_WAIT_MS = 1000;

export class HomeShelf {
  #section;
  #list;
  #trouble;
  #current = null; // the playback id of the track that is open
  #isFilled = false;
  #isSettled = false;

  /** Show it in `section`; `actions` are what can be done with a track, `again()` asks for what did not come. */
  constructor(section, actions, again) {
    this.#section = section;
    this.#list = HAS_API ? new Browser(section, actions) : new StoreShelf(section, actions);
    this.#trouble = new Trouble(section.querySelector(".away"), again, () => section.querySelector(".tracks a"));
    section.addEventListener("listed", () => this.#trouble.hide());
  }

  /** Fill it, with rows that wait until `first(newest)` is done, where there is the API; return what there is. */
  async fill(first = () => {}) {
    try {
      const filled = await this.#list.fill(first);
      this.#trouble.hide();
      this.#isFilled = filled.isWorthShowing;
      this.mark(this.#current);
      return filled;
    } catch (error) {
      if (error.name !== "AbortError") {
        this.#trouble.show(UNLISTED);
        this.#isFilled = true; // the search is there, and what can be done about it
      }
      throw error;
    } finally {
      this.#reveal();
    }
  }

  /** Fill it beside a track that is opened, which does without. */
  fillBeside() {
    return this.fill().catch(console.warn);
  }

  /** Let it be seen once what is above it is there, or has had its time. */
  async settle(above) {
    await Promise.race([above, new Promise((resolve) => setTimeout(resolve, ABOVE_WAIT_MS))]);
    this.#isSettled = true;
    this.#reveal();
  }

  /** Mark the track that is open, now and whenever it is filled. */
  mark(playbackId) {
    this.#current = playbackId;
    this.#list.mark(playbackId);
  }

  /** Keep what is asked for in the address, which has become that of another track. */
  keep() {
    this.#list.keep();
  }

  #reveal() {
    this.#section.hidden = !(this.#isFilled && this.#isSettled);
  }
}
