// Says that something did not come, and has it tried again: by a button, or once the connection is back.

import { element } from "./element.js";

const TRYING = "Trying again … ";

export class Trouble {
  #place;
  #again;
  #goOn;
  #said = "";
  #sentence = element("span");
  #button = element("button", { type: "button", className: "quiet" }, "Try again");
  #isTrying = false;
  #isWantedAgain = false;

  /**
   * Say it in `place`, which is read out; `again()` tries once more, and ends when that came or failed.
   *
   * `goOn()` returns what the keyboard goes on at, once it came.
   */
  constructor(place, again, goOn) {
    this.#place = place;
    this.#again = again;
    this.#goOn = goOn;
    this.#button.addEventListener("click", () => this.#try());
    addEventListener("online", () => this.#try());
  }

  /** It did not come. */
  show(said) {
    this.#said = said;
    this.#sentence.textContent = `${said} `;
    if (!this.isShown) {
      this.#place.replaceChildren(this.#sentence, this.#button);
    }
  }

  /** It is there, or is no longer asked for. */
  hide() {
    if (!this.isShown) {
      return;
    }
    const wasAt = this.#place.contains(document.activeElement);
    this.#place.replaceChildren();
    if (wasAt) {
      this.#goOn()?.focus();
    }
  }

  get isShown() {
    return this.#button.parentElement === this.#place;
  }

  async #try() {
    if (this.#isTrying) {
      this.#isWantedAgain = true; // what is under way may have begun before the connection was back
      return;
    }
    if (!this.isShown) {
      return;
    }
    this.#isTrying = true;
    do {
      this.#isWantedAgain = false;
      this.#sentence.textContent = TRYING;
      await this.#again();
    } while (this.#isWantedAgain && this.isShown);
    this.#isTrying = false;
    if (this.isShown) {
      this.show(this.#said);
    }
  }
}
