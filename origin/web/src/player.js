// <sound-player>: one track with its cover, its waveform and its controls.
//
// Attributes tell its state to style sheets, tests and whoever embeds it:
//   data-state        loading | paused | playing | ended | failed
//   data-playback-id  the track that is open
//   data-engine       hls.js | native
//   data-rendition    the rung that is heard now, empty where the browser does not say
// The event `playbacktrouble` {fatal, details} bubbles for whatever goes wrong, mended or not.

import { showCover } from "./cover.js";
import { bitrate, showFacts } from "./facts.js";
import { bindKeys } from "./keys.js";
import { introduce, report } from "./media_session.js";
import { findEngine } from "./playback.js";
import { SeekBar } from "./seek_bar.js";
import { bindVolume } from "./volume.js";
import { readPeaks } from "./waveform.js";

const TROUBLE = "The sound stopped coming. The connection may be down, or the server busy.";
const UNPLAYABLE = "This browser cannot play adaptive streams. A newer one will.";

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

class SoundPlayer extends HTMLElement {
  #audio;
  #seekBar;
  #track;
  #playback;
  #frame = 0;
  #opened = 0; // counts calls of open, so that answers to an earlier one are dropped

  connectedCallback() {
    const template = document.getElementById("player-template");
    this.append(template.content.cloneNode(true));
    this.#audio = this.querySelector("audio");
    this.#seekBar = new SeekBar(this, (target_s) => this.seek(target_s));
    this.#listenToAudio();
    this.#listenToControls();
    bindVolume(this, this.#audio);
    bindKeys(this, this.#audio);
  }

  /** Open a track (the JSON that the origin gives for it), and play it if `play` says so. */
  async open(track, { play = false, start_s = 0 } = {}) {
    this.#opened += 1;
    this.#playback?.close();
    this.#track = track;
    this.dataset.playbackId = track.playback_id;
    this.#describe();
    this.#set("loading");
    this.#audio.autoplay = play;
    await Promise.all([this.#load(this.#opened, start_s), this.#loadWaveform(this.#opened)]);
  }

  /** Fall silent and out of sight until another track is opened. */
  close() {
    this.#opened += 1;
    this.#playback?.close();
    this.#playback = undefined;
    this.dataset.playbackId = "";
    this.hidden = true;
  }

  /** Play or pause, as the button does; after a failure, try again. */
  toggle() {
    if (this.dataset.state === "failed") {
      this.#retry();
      return;
    }
    if (!this.#audio.paused) {
      this.#audio.pause();
      return;
    }
    // Refused without a gesture, or interrupted by the next track: the state says so already.
    this.#audio.play().catch(() => {});
  }

  /** Go to a position in seconds. */
  seek(target_s) {
    const { duration_s } = this.#track;
    this.#audio.currentTime = Math.min(Math.max(0, target_s), duration_s);
    this.#seekBar.update(this.#audio.currentTime);
  }

  /** Go forwards, or backwards, by seconds. */
  skip(step_s) {
    this.seek(this.#audio.currentTime + step_s);
  }

  /** Keep to one rung; null leaves the choice to the player. */
  choose(rung) {
    this.#playback?.choose(rung);
  }

  async #load(opened, start_s) {
    let begin;
    try {
      begin = await findEngine(this.#audio);
    } catch (error) {
      this.#fail(TROUBLE, { fatal: true, details: error.message });
      return;
    }
    if (opened !== this.#opened) {
      return;
    }
    if (!begin) {
      this.#fail(UNPLAYABLE, { fatal: true, details: "noEngine" });
      return;
    }
    this.#playback = begin(this.#track, start_s, {
      rendition: (rung) => this.#onRendition(rung),
      trouble: (trouble) => this.#onTrouble(trouble),
    });
    this.dataset.engine = this.#playback.engine;
    this.querySelector(".quality").hidden = !this.#playback.canChoose;
  }

  async #loadWaveform(opened) {
    const { waveform } = this.#track;
    if (!waveform) {
      return;
    }
    try {
      const response = await fetch(waveform.binary);
      const peaks = readPeaks(await response.arrayBuffer());
      if (opened === this.#opened) {
        this.#seekBar.setPeaks(peaks);
      }
    } catch (error) {
      console.warn("The waveform is not shown:", error.message);
    }
  }

  #describe() {
    const track = this.#track;
    const title = this.querySelector(".title");
    title.textContent = title.title = track.title ?? "Untitled";
    this.querySelector(".byline").textContent = [track.artist, track.album].filter(Boolean).join(" — ");
    this.querySelector(".trouble").hidden = true;
    this.dataset.rendition = "";
    showCover(this, track);
    showFacts(this.querySelector(".facts"), track, null);
    this.#offerQualities();
    this.#seekBar.reset(track.duration_s);
    introduce(track, {
      play: () => this.toggle(),
      pause: () => this.toggle(),
      seekbackward: ({ seekOffset = 10 }) => this.skip(-seekOffset),
      seekforward: ({ seekOffset = 10 }) => this.skip(seekOffset),
      seekto: ({ seekTime }) => this.seek(seekTime),
    });
  }

  #offerQualities() {
    const descending = [...this.#track.renditions].sort((a, b) => b.bitrate_bps - a.bitrate_bps);
    const options = descending.map((rendition) => new Option(bitrate(rendition), rendition.rung));
    this.querySelector(".quality-menu").replaceChildren(new Option("Auto", ""), ...options);
  }

  #onRendition(rung) {
    this.dataset.rendition = rung ?? "";
    showFacts(this.querySelector(".facts"), this.#track, rung);
  }

  #onTrouble(trouble) {
    if (trouble.fatal) {
      this.#fail(TROUBLE, trouble);
    } else {
      this.#tell(trouble);
    }
  }

  #fail(sentence, trouble) {
    this.#audio.pause();
    this.#set("failed");
    this.querySelector(".trouble-text").textContent = sentence;
    this.querySelector(".trouble").hidden = false;
    this.#tell(trouble);
  }

  #retry() {
    if (this.dataset.state === "failed") {
      this.open(this.#track, { play: true, start_s: this.#audio.currentTime });
    }
  }

  #listenToAudio() {
    const audio = this.#audio;
    const settle = () => this.#set(audio.ended ? "ended" : audio.paused ? "paused" : "playing");
    for (const name of ["canplay", "playing", "pause", "seeked", "ended"]) {
      audio.addEventListener(name, settle);
    }
    audio.addEventListener("waiting", () => this.#set("loading"));
    for (const name of ["timeupdate", "ended"]) {
      audio.addEventListener(name, () => this.#follow());
    }
    for (const name of ["playing", "pause", "seeked", "ratechange"]) {
      audio.addEventListener(name, () => report(audio, this.#track.duration_s));
    }
  }

  #listenToControls() {
    const on = (selector, name, handler) => this.querySelector(selector).addEventListener(name, handler);
    on(".play", "click", () => this.toggle());
    on(".retry", "click", () => this.#retry());
    on(".quality-menu", "change", ({ target }) => this.choose(target.value || null));
    for (const button of this.querySelectorAll("[data-skip-s]")) {
      button.addEventListener("click", () => this.skip(Number(button.dataset.skipS)));
    }
    window.addEventListener("online", () => this.#retry());
  }

  #follow() {
    const { currentTime, ended } = this.#audio;
    this.#seekBar.update(ended ? this.#track.duration_s : currentTime);
    cancelAnimationFrame(this.#frame);
    if (!this.#audio.paused && !STILL.matches) {
      this.#frame = requestAnimationFrame(() => this.#follow());
    }
  }

  #set(state) {
    if (state !== "failed" && !this.querySelector(".trouble").hidden) {
      return; // a pause that follows a failure does not hide it
    }
    this.dataset.state = state;
    const pausable = state === "playing" || (state === "loading" && !this.#audio.paused);
    this.querySelector(".play").setAttribute("aria-label", pausable ? "Pause" : "Play");
  }

  #tell(trouble) {
    this.dispatchEvent(new CustomEvent("playbacktrouble", { bubbles: true, detail: trouble }));
  }
}

customElements.define("sound-player", SoundPlayer);
