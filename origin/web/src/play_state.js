// The state of playback, as the player's `data-state` and its play button tell it.

export class PlayState {
  #root;
  #audio;

  /** Tell it of `audio`, on `root` and the button in it. */
  constructor(root, audio) {
    this.#root = root;
    this.#audio = audio;
    const settle = () => this.show(audio.ended ? "ended" : audio.paused ? "paused" : "playing");
    for (const name of ["canplay", "playing", "pause", "seeked", "ended"]) {
      audio.addEventListener(name, settle);
    }
    audio.addEventListener("waiting", () => this.show("loading"));
  }

  /** A track is opened: whatever was before is over. */
  begin() {
    this.#set("loading");
  }

  /** It is this now, but for what failed: a pause that follows a failure does not hide it. */
  show(state) {
    if (!this.hasFailed) {
      this.#set(state);
    }
  }

  /** It failed, until a track is opened. */
  fail() {
    this.#set("failed");
  }

  get hasFailed() {
    return this.#state === "failed";
  }

  get isLoading() {
    return this.#state === "loading";
  }

  get #state() {
    return this.#root.dataset.state;
  }

  #set(state) {
    this.#root.dataset.state = state;
    const pausable = state === "playing" || (state === "loading" && !this.#audio.paused);
    this.#root.querySelector(".play").setAttribute("aria-label", pausable ? "Pause" : "Play");
  }
}
