// <sound-player>: one track with its cover, its waveform and its controls.
//
// Attributes tell its state to style sheets, tests and whoever embeds it:
//   data-state        loading | paused | playing | ended | failed
//   data-playback-id  the track that is open
//   data-engine       hls.js | native, once somebody is there
//   data-loads        the address of hls.js, as the build has it
//   data-rendition    the rung that is heard now, empty where the browser does not say
//   data-asset        preparing | ready | curtailed (the rest of it will never come)
// `trackseen` says that the cover is, or takes too long. Three events bubble: `playbacktrouble`
// {fatal, details} for whatever goes wrong, mended or not; `trackready` with the track, once all is
// known of one that was still being prepared; `trackended`.

import { showCover } from "./cover.js";
import { markExplicit } from "./explicit.js";
import { quality, showFacts } from "./facts.js";
import { bindKeys } from "./keys.js";
import { introduce, report } from "./media_session.js";
import { fetchEngine, findEngine, isNative } from "./playback.js";
import { Preparation } from "./preparation.js";
import { painted, somebody } from "./presence.js";
import { SeekBar } from "./seek_bar.js";
import { bindVolume } from "./volume.js";
import { readPeaks } from "./waveform.js";

const TROUBLE = "The sound stopped coming. The connection may be down, or the server busy.";
const UNLOADED =
  "The player did not come. The connection may be down, or this page older than the server: trying again loads it anew.";
const UNPLAYABLE = "This browser cannot play adaptive streams. A newer one will.";
const NOTES = {
  preparing: "This is still being prepared. You can listen already.",
  ready: "",
  curtailed: "The rest of this could not be prepared, so it ends early.",
};

const COVER_WAIT_MS = 1500;
const FRAME_MS = 16;
const STILL = matchMedia("(prefers-reduced-motion: reduce)");

class SoundPlayer extends HTMLElement {
  #audio;
  #seekBar;
  #track;
  #playback;
  #preparation;
  #nextLook;
  #isLoaded = true; // false where what plays could not be loaded
  #covered; // until the cover is seen
  #seen; // until then, or for as long as that is waited for
  #wished = () => {}; // somebody wants to hear it before what plays is there
  #start_s = 0;
  #rung = null; // that was chosen
  #wasWanted = false; // somebody heard it, or waited to, when it failed
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

  /** Open a track (the JSON that the origin gives for it), and play it if `play` says so; in one rung, or any. */
  async open(track, { play = false, start_s = 0, rung = null } = {}) {
    this.#opened += 1;
    this.#playback?.close();
    this.#playback = undefined;
    this.#preparation?.close();
    this.#track = track;
    this.dataset.playbackId = track.playback_id;
    this.dataset.rendition = "";
    this.querySelector(".trouble").hidden = true;
    this.#seekBar.reset(track.duration_s);
    this.#describe();
    this.#seen = Promise.race([this.#covered, new Promise((resolve) => setTimeout(resolve, COVER_WAIT_MS))]);
    this.#seen.then(() => this.dispatchEvent(new CustomEvent("trackseen")));
    this.#offerQualities(rung);
    this.#prepare();
    this.#set("loading");
    this.#audio.autoplay = play;
    this.#start_s = start_s;
    this.#rung = rung;
    await Promise.all([this.#load(this.#opened), this.#loadWaveform(this.#opened)]);
  }

  /** Show what is said of the track that is open, and let it play on. */
  name(said) {
    this.#track = { ...this.#track, ...said };
    this.#describe();
  }

  /** Fall silent and out of sight until another track is opened. */
  close() {
    this.#opened += 1;
    this.#playback?.close();
    this.#playback = undefined;
    this.#preparation?.close();
    this.dataset.playbackId = "";
    this.hidden = true;
  }

  /** Play or pause, as the button does; after a failure, try again. */
  toggle() {
    if (this.dataset.state === "failed" || this.#audio.paused) {
      this.play();
    } else {
      this.pause();
    }
  }

  /** Play, or play on; after a failure, try again. */
  play() {
    if (this.dataset.state === "failed") {
      this.#retry();
      return;
    }
    if (!this.#playback) {
      this.#audio.autoplay = true; // as soon as there is something to be played
      this.#wished();
      this.#set("loading");
      return;
    }
    // Refused without a gesture, or interrupted by the next track: the state says so already.
    this.#audio.play().catch(() => {});
  }

  /** Fall silent, or stay so; what is still on its way does not play by itself any more. */
  pause() {
    this.#wasWanted = false;
    this.#audio.autoplay = false;
    this.#audio.pause();
    if (this.dataset.state === "loading") {
      this.#set("paused");
    }
  }

  /** Go to a position in seconds. */
  seek(target_s) {
    const { duration_s } = this.#track;
    const position_s = Math.min(Math.max(0, target_s), duration_s);
    this.#start_s = position_s;
    if (this.#playback) {
      this.#audio.currentTime = position_s;
    }
    this.#seekBar.update(position_s);
  }

  /** Go forwards, or backwards, by seconds. */
  skip(step_s) {
    this.seek(this.#position_s() + step_s);
  }

  /** Return where it is, or will begin: before any sound came, the audio element says 0. */
  #position_s() {
    return (this.#playback && this.#audio.currentTime) || this.#start_s;
  }

  /** Keep to one rung; null leaves the choice to the player. */
  choose(rung) {
    this.#rung = rung;
    this.#playback?.choose(rung);
  }

  async #load(opened) {
    let begin;
    if (!this.#audio.autoplay) {
      await this.#turn();
      if (opened !== this.#opened) {
        return;
      }
    }
    try {
      begin = await findEngine(this.#audio);
    } catch (error) {
      this.#isLoaded = false;
      this.#fail(UNLOADED, { fatal: true, details: error.message });
      return;
    }
    if (opened !== this.#opened) {
      return;
    }
    if (!begin) {
      this.#fail(UNPLAYABLE, { fatal: true, details: "noEngine" });
      return;
    }
    this.#playback = begin(this.#track, this.#start_s, {
      rendition: (rung) => this.#onRendition(rung),
      trouble: (trouble) => this.#onTrouble(trouble),
    });
    if (this.#rung !== null) {
      this.#playback.choose(this.#rung);
    }
    this.dataset.engine = this.#playback.engine;
    this.querySelector(".quality").hidden = !this.#playback.canChoose;
  }

  /** Wait for somebody to be there: what plays is much, and would hold up what is seen. */
  async #turn() {
    const wish = new Promise((resolve) => (this.#wished = resolve));
    await Promise.race([this.#seen, wish]);
    if (isNative()) {
      return; // it is there, and little
    }
    fetchEngine(this.dataset.loads);
    this.#set(this.#audio.autoplay ? "loading" : "paused");
    await Promise.race([somebody, wish]);
    await painted();
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
    const byline = this.querySelector(".byline");
    byline.textContent = [track.artist, track.album].filter(Boolean).join(" — ");
    markExplicit(byline, track);
    this.#covered = showCover(this, track);
    showFacts(this.querySelector(".facts"), track, this.dataset.rendition || null);
    this.#seekBar.setDuration(track.duration_s);
    introduce(track, this);
  }

  #prepare() {
    const isPreparing = this.#track.state === "preparing";
    this.#note(isPreparing ? "preparing" : "ready");
    this.#preparation = isPreparing
      ? new Preparation(this.#track.playback_id, {
          ready: (track) => this.#complete(track),
          gone: () => this.#note("curtailed"),
        })
      : undefined;
  }

  /** Show what is known now of the track that plays, and let it play on. */
  #complete(track) {
    const { title, artist, album, explicit, artwork, placeholder } = this.#track; // the catalogue's, where it had them
    const cover = artwork.length > 0 ? { artwork, placeholder } : {};
    const named = { title: title ?? track.title, artist: artist ?? track.artist, explicit };
    this.#track = { ...track, ...named, album: album ?? track.album, ...cover };
    this.#note("ready");
    this.#describe();
    this.#loadWaveform(this.#opened);
    this.dispatchEvent(new CustomEvent("trackready", { bubbles: true, detail: this.#track }));
  }

  /** Say what is there of the track; an empty sentence takes no room. */
  #note(asset) {
    this.dataset.asset = asset;
    this.querySelector(".preparation").textContent = NOTES[asset];
    this.#measure();
  }

  /** Show how much of a track can be heard that is not, or never will be, complete. */
  #measure() {
    const { seekable } = this.#audio;
    const end_s = seekable.length > 0 ? seekable.end(seekable.length - 1) : 0;
    const { asset } = this.dataset;
    this.#seekBar.setAvailable(asset === "preparing" ? end_s : Infinity);
    if (asset === "curtailed" && end_s > 0) {
      this.#track = { ...this.#track, duration_s: end_s };
      this.#seekBar.setDuration(end_s);
    }
  }

  #offerQualities(chosen) {
    const descending = [...this.#track.renditions].sort((a, b) => b.bitrate_bps - a.bitrate_bps);
    const options = descending.map((rendition) => new Option(quality(rendition), rendition.rung));
    const menu = this.querySelector(".quality-menu");
    menu.replaceChildren(new Option("Auto", ""), ...options);
    menu.value = chosen ?? "";
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
    if (this.dataset.state !== "failed") {
      const { paused, autoplay, played } = this.#audio;
      this.#wasWanted = !paused || (autoplay && played.length === 0);
    }
    this.#audio.pause();
    this.#set("failed");
    this.querySelector(".trouble-text").textContent = sentence;
    this.querySelector(".trouble").hidden = false;
    this.#tell(trouble);
  }

  /** After a failure, try again where it was, in the quality that was chosen. */
  #retry(play = true) {
    if (!this.#isLoaded) {
      location.reload(); // a new version may have other files, which only its own page can name
    } else if (this.dataset.state === "failed") {
      this.open(this.#track, { play, start_s: this.#position_s(), rung: this.#rung });
    }
  }

  #listenToAudio() {
    const audio = this.#audio;
    const settle = () => this.#set(audio.ended ? "ended" : audio.paused ? "paused" : "playing");
    for (const name of ["canplay", "playing", "pause", "seeked", "ended"]) {
      audio.addEventListener(name, settle);
    }
    audio.addEventListener("waiting", () => this.#set("loading"));
    audio.addEventListener("ended", () => this.dispatchEvent(new CustomEvent("trackended", { bubbles: true })));
    audio.addEventListener("durationchange", () => this.#measure());
    audio.addEventListener("playing", () => (this.#start_s = 0));
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
    window.addEventListener("online", () => this.#retry(this.#wasWanted));
  }

  #follow() {
    const { currentTime, ended } = this.#audio;
    this.#seekBar.update(ended ? this.#track.duration_s : currentTime);
    clearTimeout(this.#nextLook);
    if (!this.#audio.paused && !STILL.matches) {
      const wait_s = this.#seekBar.pixel_s / this.#audio.playbackRate;
      this.#nextLook = setTimeout(() => this.#follow(), Math.max(wait_s * 1000, FRAME_MS));
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
