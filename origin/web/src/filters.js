// By what a list is narrowed: its order, and a genre.
//
// Genres are offered as they come: those of a search by how many hits have them, those of a list as
// far as it was shown. One that was chosen stays until it is pressed again.

import { element } from "./element.js";

const OFFERED_MAX = 8;

export class Filters {
  #orders;
  #genres;
  #seen = new Set(); // genres of the list that is shown
  #chosen;

  /** `chosen()` is called when something else is wanted. */
  constructor(root, chosen) {
    this.#orders = root.querySelector(".orders");
    this.#genres = root.querySelector(".genres");
    this.#chosen = chosen;
    this.order = "newest";
    this.genre = null;
    root.hidden = false;
    this.#orders.addEventListener("click", ({ target }) => this.#press(target, "order"));
    this.#genres.addEventListener("click", ({ target }) => this.#press(target, "genre"));
  }

  /** Offer what a page of a list, or the first of a search, lets be chosen. */
  offer({ items, facets }, { isSearch, isFirst }) {
    this.#orders.hidden = isSearch; // hits are in the order of how well they fit
    if (isSearch && !isFirst) {
      return;
    }
    if (isFirst && this.genre === null) {
      this.#seen.clear();
    }
    for (const genre of facets?.genre.map(({ value }) => value) ?? items.map((item) => item.genre)) {
      if (genre && this.#seen.size < OFFERED_MAX) {
        this.#seen.add(genre);
      }
    }
    this.#show();
  }

  /** Narrow it like this from now on; nobody is told. */
  set({ order, genre }) {
    this.order = order;
    this.genre = genre;
    this.#show();
  }

  #show() {
    const names = new Set(this.#seen);
    if (this.genre !== null) {
      names.add(this.genre);
    }
    const had = this.#genres.contains(document.activeElement) && document.activeElement.value;
    const made = [...names].map((value) => element("button", { type: "button", value, dir: "auto" }, value));
    this.#genres.replaceChildren(...made);
    this.#genres.hidden = made.length === 0;
    this.#mark();
    made.find(({ value }) => value === had)?.focus();
  }

  #press(button, what) {
    if (!(button instanceof HTMLButtonElement)) {
      return;
    }
    const isAgain = this[what] === button.value;
    if (what === "order" && isAgain) {
      return;
    }
    this[what] = isAgain ? null : button.value;
    this.#mark();
    this.#chosen();
  }

  #mark() {
    for (const [group, value] of [[this.#orders, this.order], [this.#genres, this.genre]]) {
      for (const button of group.children) {
        button.setAttribute("aria-pressed", String(button.value === value));
      }
    }
  }
}
