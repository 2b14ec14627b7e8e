// Says that the list did not come, and has it tried again: by a button, or once the connection is back.

import { element } from "./element.js";

const SAID = "The list of tracks did not come. ";
const TRYING = "Trying again … ";

export class ListTrouble {
  #place;
  #again;
  #sentence = element("span");
  #button = element("button", { type: "button", className: "quiet" }, "Try again");
  #isTrying = false;

  /** Say it in `place`, which is read out; `again()` tries once more, and ends when that came or failed. */
  constructor(place, again) {
    this.#place = place;
    this.#again = again;
    this.#button.addEventListener("click", () => this.#try());
    addEventListener("online", () => this.#try());
  }

  /** It did not come. */
  show() {
    this.#sentence.textContent = SAID;
    if (!this.#isShown) {
      this.#place.replaceChildren(this.#sentence, this.#button);
    }
  }

  /** It is there. */
  hide() {
    const wasAt = this.#place.contains(document.activeElement);
    this.#place.replaceChildren();
    if (wasAt) {
      this.#place.parentElement.querySelector(".tracks a")?.focus(); // the keyboard goes on there
    }
  }

  get #isShown() {
    return this.#place.childElementCount > 0;
  }

  async #try() {
    if (!this.#isShown || this.#isTrying) {
      return;
    }
    this.#isTrying = true;
    this.#sentence.textContent = TRYING;
    await this.#again();
    this.#isTrying = false;
    if (this.#isShown) {
      this.#sentence.textContent = SAID;
    }
  }
}
