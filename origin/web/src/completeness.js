// How much of a track there is: of one that is still being prepared more comes while it plays, and of
// one whose rest never came there is an early end.

import { Preparation } from "./preparation.js";

const NOTES = {
  preparing: "This is still being prepared. You can listen already.",
  ready: "",
  curtailed: "The rest of this could not be prepared, so it ends early.",
};

export class Completeness {
  #root;
  #audio;
  #seekBar;
  #handlers;
  #preparation;

  /**
   * Say it in the elements of the player's template.
   *
   * `complete(track)` is called with what the origin says of a track now that it is, `ends(duration_s)`
   * with the length of one of which no more will come.
   */
  constructor(root, audio, seekBar, handlers) {
    this.#root = root;
    this.#audio = audio;
    this.#seekBar = seekBar;
    this.#handlers = handlers;
    audio.addEventListener("durationchange", () => this.#measure());
  }

  /** Follow a track. */
  open({ playback_id, state }) {
    const isPreparing = state === "preparing";
    this.#note(isPreparing ? "preparing" : "ready");
    this.#preparation = isPreparing
      ? new Preparation(playback_id, { ready: (track) => this.#complete(track), gone: () => this.#note("curtailed") })
      : undefined;
  }

  /** Follow none any more. */
  close() {
    this.#preparation?.close();
  }

  #complete(track) {
    this.#note("ready");
    this.#handlers.complete(track);
  }

  /** Say what is there of the track; an empty sentence takes no room. */
  #note(asset) {
    this.#root.dataset.asset = asset;
    this.#root.querySelector(".preparation").textContent = NOTES[asset];
    this.#measure();
  }

  /** Show how much can be heard of what is not, or never will be, complete. */
  #measure() {
    const { seekable } = this.#audio;
    const end_s = seekable.length > 0 ? seekable.end(seekable.length - 1) : 0;
    const { asset } = this.#root.dataset;
    this.#seekBar.setAvailable(asset === "preparing" ? end_s : Infinity);
    if (asset === "curtailed" && end_s > 0) {
      this.#handlers.ends(end_s);
    }
  }
}
