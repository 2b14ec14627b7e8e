// Says that playback failed, and has it tried again: by a button, or once the connection is back.

export class PlaybackTrouble {
  #audio;
  #box;
  #wasWanted = false; // somebody heard it, or waited to, when it failed

  /** Say it in the player's template; `again(play)` tries again, and plays if it was wanted. */
  constructor(root, audio, again) {
    this.#audio = audio;
    this.#box = root.querySelector(".trouble");
    root.querySelector(".retry").addEventListener("click", () => again(true));
    addEventListener("online", () => again(this.#wasWanted));
  }

  /** Say what happened. */
  show(sentence) {
    if (this.#box.hidden) {
      const { paused, autoplay, played } = this.#audio;
      this.#wasWanted = !paused || (autoplay && played.length === 0);
    }
    this.#box.querySelector(".trouble-text").textContent = sentence;
    this.#box.hidden = false;
  }

  /** It plays, or another does. */
  hide() {
    this.#box.hidden = true;
  }

  /** Nobody waits to hear it any more. */
  giveUp() {
    this.#wasWanted = false;
  }
}
