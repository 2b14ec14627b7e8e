// The playhead: where playback is, or will begin, as the seek bar shows it.

const FRAME_MS = 16;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export class Playhead {
  #audio;
  #seekBar;
  #duration_s = 0;
  #start_s = 0;
  #isPlayable = false; // before, the audio element says 0
  #nextLook;

  /** Follow `audio`, and show it on `seekBar`. */
  constructor(audio, seekBar) {
    this.#audio = audio;
    this.#seekBar = seekBar;
    audio.addEventListener("playing", () => (this.#start_s = 0));
    for (const name of ["timeupdate", "ended"]) {
      audio.addEventListener(name, () => this.#follow());
    }
  }

  /** Begin anew: a track of this length will begin at `start_s`. */
  reset(duration_s, start_s) {
    this.#seekBar.reset(duration_s);
    this.#duration_s = duration_s;
    this.#start_s = start_s;
  }

  /** What played is gone. */
  leave() {
    this.#isPlayable = false;
  }

  /** Correct the length. */
  setDuration(duration_s) {
    this.#duration_s = duration_s;
    this.#seekBar.setDuration(duration_s);
  }

  /** What plays is there; return where it begins. */
  begin() {
    this.#isPlayable = true;
    return this.#start_s;
  }

  get position_s() {
    return (this.#isPlayable && this.#audio.currentTime) || this.#start_s;
  }

  /** Go to a position within the track. */
  seek(target_s) {
    const position_s = Math.min(Math.max(0, target_s), this.#duration_s);
    this.#start_s = position_s;
    if (this.#isPlayable) {
      this.#audio.currentTime = position_s;
    }
    this.#seekBar.update(position_s);
  }

  #follow() {
    const { currentTime, ended, paused, playbackRate } = this.#audio;
    this.#seekBar.update(ended ? this.#duration_s : currentTime);
    clearTimeout(this.#nextLook);
    if (!paused && !STILL.matches) {
      const wait_s = this.#seekBar.pixel_s / playbackRate;
      this.#nextLook = setTimeout(() => this.#follow(), Math.max(wait_s * 1000, FRAME_MS));
    }
  }
}
