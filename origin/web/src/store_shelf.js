// The shelf of a server without the API: what its store has, newest first.

import { markCurrent, rows } from "./shelf.js";

const LISTED_MAX = 200; // what the origin lists at most

export class StoreShelf {
  #list;
  #missing;
  #actions;

  /** Show it in `shelf`, a section; `actions` are what can be done with a track. */
  constructor(shelf, actions) {
    this.#list = shelf.querySelector(".tracks");
    this.#missing = shelf.querySelector(".missing");
    this.#actions = actions;
  }

  /** Show what is there; return the newest, and whether that is all: a store may not answer. */
  async fill() {
    const response = await fetch(`v1/assets?limit=${LISTED_MAX}`);
    if (!response.ok) {
      throw new Error(`the list was answered with ${response.status}`);
    }
    const { items, complete } = await response.json();
    this.#list.replaceChildren(...rows(items, this.#actions));
    this.#missing.hidden = complete;
    return { newest: items[0], complete, hasMore: false, isWorthShowing: items.length >= (complete ? 2 : 1) };
  }

  /** Mark the track that is open. */
  mark(playbackId) {
    markCurrent(this.#list, playbackId);
  }

  /** Nothing of it is in the address. */
  keep() {}
}
