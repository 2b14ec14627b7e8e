// The box in which one types what is looked for: asked as one types, with names suggested under it.

import { isComposed } from "./keys.js";

const PAUSE_MS = 120; // shorter than most people's from key to key

export class SearchBox {
  #form;
  #typed;
  #actions;
  #timer;
  #isTyped = false; // since it was last asked for, or set

  /** Show it, a form; of `actions`, `find()` follows what is typed, `choose(id)` a track that is suggested. */
  constructor(form, actions) {
    this.#form = form;
    this.#typed = form.querySelector("input");
    this.#actions = actions;
    form.hidden = false;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#isTyped = false;
      this.#actions.find();
    });
    this.#typed.addEventListener("input", () => {
      this.#isTyped = true;
      this.rest();
      this.#timer = setTimeout(() => this.#actions.find(), PAUSE_MS);
    });
    this.#typed.addEventListener("focus", () => this.#suggest(), { once: true });
    document.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /** What is looked for; nothing follows where it is set. */
  get words() {
    return this.#typed.value.trim();
  }

  set words(words) {
    this.rest();
    this.#isTyped = false;
    if (words !== this.words) {
      this.#typed.value = words;
    }
  }

  /** Have nothing follow what was typed last: it was asked for. */
  rest() {
    clearTimeout(this.#timer);
  }

  /** Be there with the keyboard. */
  focus() {
    this.#typed.focus();
  }

  async #suggest() {
    const { Suggestions } = await import("./suggest.js");
    const suggestions = new Suggestions(this.#typed, this.#form.querySelector(".suggestions"), this.#actions);
    if (this.#isTyped && this.#typed === document.activeElement) {
      suggestions.soon();
    }
  }

  #onKey(event) {
    if (isComposed(event)) {
      return;
    }
    const writes = event.target.closest("input, select, textarea");
    if (event.key === "/" && !writes && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.focus();
    }
    if (event.key === "Escape" && event.target === this.#typed && this.#typed.value) {
      this.#typed.value = "";
      this.#actions.find();
    }
  }
}
