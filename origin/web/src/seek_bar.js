// The waveform that one seeks on: a slider to assistive technology, bars on a canvas to the eye.
//
// Dragging only previews; the seek happens when the pointer is let go, so that a player is not
// sent through every position in between. It is drawn when a pixel of it is to look otherwise, and
// not for each frame: minutes of sound pass over some hundred pixels.

import { clock, spoken } from "./clock.js";
import { toBars } from "./waveform.js";

const BAR_PX = 3;
const GAP_PX = 2;
const QUIETEST = 0.035;
const UNAVAILABLE_ALPHA = 0.4;
const KEY_STEPS_S = { ArrowRight: 5, ArrowUp: 5, ArrowLeft: -5, ArrowDown: -5, PageUp: 30, PageDown: -30 };

export class SeekBar {
  #slider;
  #canvas;
  #elapsed;
  #remaining;
  #seek;
  #peaks = new Float32Array(1);
  #shape = new Path2D();
  #duration_s = 0;
  #available_s = Infinity;
  #current_s = 0;
  #preview_s = null;
  #told_s = null;
  #drawn_px = null; // up to where it was drawn as played

  /** `root` holds the elements of the template; `seek` is called with seconds. */
  constructor(root, seek) {
    this.#slider = root.querySelector(".seek");
    this.#canvas = root.querySelector(".waveform");
    this.#elapsed = root.querySelector(".elapsed");
    this.#remaining = root.querySelector(".remaining");
    this.#seek = seek;
    this.#slider.addEventListener("keydown", (event) => this.#onKey(event));
    this.#slider.addEventListener("pointerdown", (event) => this.#onPointerDown(event));
    this.#slider.addEventListener("pointermove", (event) => this.#onPointerMove(event));
    this.#slider.addEventListener("pointerup", (event) => this.#onPointerUp(event));
    this.#slider.addEventListener("pointercancel", () => this.#show(null));
    new ResizeObserver(() => this.#fit()).observe(this.#canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.#draw());
  }

  /** Begin anew with a track of this length; a waveform may follow. */
  reset(duration_s) {
    this.#current_s = 0;
    this.#preview_s = null;
    this.#available_s = Infinity;
    this.setDuration(duration_s);
    this.setPeaks(new Float32Array(1));
  }

  /** Correct the length. */
  setDuration(duration_s) {
    this.#duration_s = duration_s;
    this.#told_s = null;
    this.#slider.setAttribute("aria-valuemax", duration_s.toFixed(1));
    this.#tell();
    this.#draw();
  }

  /** Show that what is beyond this cannot be heard yet. */
  setAvailable(available_s) {
    this.#available_s = available_s;
    this.#draw();
  }

  /** Show the outline of the sound. */
  setPeaks(peaks) {
    this.#peaks = peaks;
    this.#fit();
  }

  /** Show where playback is. */
  update(current_s) {
    this.#current_s = Math.min(current_s, this.#duration_s);
    this.#tell();
    if (this.#playedTo() !== this.#drawn_px) {
      this.#draw();
    }
  }

  /** For how many seconds of sound one look is as good as the next. */
  get pixel_s() {
    return this.#duration_s / Math.max(this.#canvas.width, 1);
  }

  get #shown_s() {
    return this.#preview_s ?? this.#current_s;
  }

  #onKey(event) {
    const targets = { Home: 0, End: this.#duration_s };
    const step_s = KEY_STEPS_S[event.key];
    const target_s = step_s === undefined ? targets[event.key] : this.#current_s + step_s;
    if (target_s !== undefined && !event.altKey && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      event.stopPropagation();
      this.#seek(target_s);
    }
  }

  #onPointerDown(event) {
    if (event.button === 0 && this.#duration_s > 0) {
      this.#slider.setPointerCapture(event.pointerId);
      this.#show(this.#timeAt(event));
    }
  }

  #onPointerMove(event) {
    if (this.#slider.hasPointerCapture(event.pointerId)) {
      this.#show(this.#timeAt(event));
    }
  }

  #onPointerUp(event) {
    if (this.#slider.hasPointerCapture(event.pointerId)) {
      const target_s = this.#timeAt(event);
      this.#current_s = target_s;
      this.#show(null);
      this.#seek(target_s);
    }
  }

  #timeAt(event) {
    const box = this.#slider.getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.min(1, Math.max(0, share)) * this.#duration_s;
  }

  #show(preview_s) {
    this.#preview_s = preview_s;
    this.#tell();
    this.#draw();
  }

  #tell() {
    const shown_s = this.#shown_s;
    const second = Math.floor(shown_s);
    if (second === this.#told_s) {
      return; // what is told has whole seconds, this is called for every pixel
    }
    this.#told_s = second;
    this.#elapsed.textContent = clock(shown_s);
    this.#remaining.textContent = `−${clock(this.#duration_s - second)}`;
    this.#slider.setAttribute("aria-valuenow", shown_s.toFixed(1));
    this.#slider.setAttribute("aria-valuetext", `${spoken(shown_s)} of ${spoken(this.#duration_s)}`);
  }

  #fit() {
    const { clientWidth, clientHeight } = this.#canvas;
    const density = window.devicePixelRatio || 1;
    this.#canvas.width = Math.round(clientWidth * density);
    this.#canvas.height = Math.round(clientHeight * density);
    const count = Math.max(1, Math.floor((clientWidth + GAP_PX) / (BAR_PX + GAP_PX)));
    this.#shape = shaped(toBars(this.#peaks, count), this.#canvas);
    this.#draw();
  }

  #playedTo() {
    return Math.round(this.#at(this.#shown_s));
  }

  #at(time_s) {
    return this.#duration_s > 0 ? Math.min(time_s / this.#duration_s, 1) * this.#canvas.width : 0;
  }

  #draw() {
    const { width, height } = this.#canvas;
    const context = this.#canvas.getContext("2d");
    const style = getComputedStyle(this.#canvas);
    const played_px = this.#playedTo();
    const available_px = Math.max(this.#at(this.#available_s), played_px);
    this.#drawn_px = played_px;
    context.clearRect(0, 0, width, height);
    context.save();
    context.clip(this.#shape);
    context.fillStyle = style.getPropertyValue("--waveform");
    context.fillRect(played_px, 0, available_px - played_px, height);
    context.globalAlpha = UNAVAILABLE_ALPHA;
    context.fillRect(available_px, 0, width - available_px, height);
    context.globalAlpha = 1;
    context.fillStyle = style.getPropertyValue("--waveform-played");
    context.fillRect(0, 0, played_px, height);
    context.restore();
  }
}

/** Return the outline of bars that fill a canvas. */
function shaped(bars, { width, height }) {
  const shape = new Path2D();
  const pitch = width / bars.length;
  const breadth = (pitch * BAR_PX) / (BAR_PX + GAP_PX);
  bars.forEach((bar, index) => {
    const tall = Math.max(breadth, Math.max(QUIETEST, bar) * height);
    shape.roundRect(index * pitch, (height - tall) / 2, breadth, tall, breadth / 2);
  });
  return shape;
}
