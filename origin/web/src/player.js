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

import { Completeness } from "./completeness.js";
import { bindControls } from "./controls.js";
import { completed, showCredits } from "./credits.js";
import { showFacts } from "./facts.js";
import { mayHaveEnded, renewed } from "./leave.js";
import { introduce, report } from "./media_session.js";
import { PlayState } from "./play_state.js";
import { PlaybackTrouble } from "./playback_trouble.js";
import { Playhead } from "./playhead.js";
import { offerQualities } from "./quality_menu.js";
import { SeekBar } from "./seek_bar.js";
import { Sound } from "./sound.js";
import { fetchPeaks } from "./waveform.js";

const COVER_WAIT_MS = 1500;
const UNAUTHORIZED = 401;

class SoundPlayer extends HTMLElement {
  #audio;
  #state;
  #seekBar;
  #playhead;
  #completeness;
  #trouble;
  #sound;
  #track;
  #covered; // until the cover is seen

  connectedCallback() {
    const template = document.getElementById("player-template");
    this.append(template.content.cloneNode(true));
    this.#audio = this.querySelector("audio");
    this.#seekBar = new SeekBar(this, (target_s) => this.seek(target_s));
    this.#state = new PlayState(this, this.#audio);
    this.#report();
    this.#playhead = new Playhead(this.#audio, this.#seekBar);
    this.#completeness = new Completeness(this, this.#audio, this.#seekBar, {
      complete: (track) => this.#complete(track),
      ends: (duration_s) => this.#end(duration_s),
    });
    this.#trouble = new PlaybackTrouble(this, this.#audio, (play) => this.#retry(play));
    this.#sound = new Sound(this.#audio, this.dataset.loads, {
      waits: () => this.#state.show(this.#audio.autoplay ? "loading" : "paused"),
      begins: () => this.#playhead.begin(),
      began: (playback) => this.#began(playback),
      rendition: (rung) => this.#hear(rung),
      trouble: (trouble) => this.#tell(trouble),
      fails: (sentence, trouble) => this.#fail(sentence, trouble),
    });
    bindControls(this, this.#audio);
  }

  /** Open a track (the JSON that the origin gives for it), and play it if `play` says so; in one rung, or any. */
  async open(track, { play = false, start_s = 0, rung = null } = {}) {
    this.#leave();
    this.#track = track;
    this.dataset.playbackId = track.playback_id;
    this.dataset.rendition = "";
    this.#trouble.hide();
    this.#playhead.reset(track.duration_s, start_s);
    this.#describe();
    const seen = Promise.race([this.#covered, new Promise((resolve) => setTimeout(resolve, COVER_WAIT_MS))]);
    seen.then(() => this.dispatchEvent(new CustomEvent("trackseen")));
    offerQualities(this.querySelector(".quality-menu"), track.renditions, rung);
    this.#completeness.open(track);
    this.#state.begin();
    this.#audio.autoplay = play;
    await Promise.all([this.#sound.open(track, rung, seen), this.#showWaveform()]);
  }

  /** Show what is said of the track that is open, and let it play on. */
  name(said) {
    this.#track = { ...this.#track, ...said };
    this.#describe();
  }

  /** Fall silent and out of sight until another track is opened. */
  close() {
    this.#leave();
    this.dataset.playbackId = "";
    this.hidden = true;
  }

  #leave() {
    this.#sound.close();
    this.#playhead.leave();
    this.#completeness.close();
  }

  /** Play or pause, as the button does; after a failure, try again. */
  toggle() {
    if (this.#state.hasFailed || this.#audio.paused) {
      this.play();
    } else {
      this.pause();
    }
  }

  /** Play, or play on; after a failure, try again. */
  play() {
    if (this.#state.hasFailed) {
      this.#retry();
      return;
    }
    if (!this.#sound.isThere) {
      this.#sound.wish();
      this.#state.show("loading");
      return;
    }
    // Refused without a gesture, or interrupted by the next track: the state says so already.
    this.#audio.play().catch(() => {});
  }

  /** Fall silent, or stay so; what is still on its way does not play by itself any more. */
  pause() {
    this.#trouble.giveUp();
    this.#audio.autoplay = false;
    this.#audio.pause();
    if (this.#state.isLoading) {
      this.#state.show("paused");
    }
  }

  /** Go to a position in seconds. */
  seek(target_s) {
    this.#playhead.seek(target_s);
  }

  /** Go forwards, or backwards, by seconds. */
  skip(step_s) {
    this.seek(this.#playhead.position_s + step_s);
  }

  /** Keep to one rung; null leaves the choice to the player. */
  choose(rung) {
    this.#sound.choose(rung);
  }

  /** What plays is there, and begins. */
  #began({ engine, canChoose }) {
    this.dataset.engine = engine;
    this.querySelector(".quality").hidden = !canChoose;
  }

  /** This rung is heard now; null where the browser does not say. */
  #hear(rung) {
    this.dataset.rendition = rung ?? "";
    this.#showFacts();
  }

  async #showWaveform() {
    const { playback_id, waveform } = this.#track;
    const peaks = await fetchPeaks(waveform);
    if (peaks !== null && this.dataset.playbackId === playback_id) {
      this.#seekBar.setPeaks(peaks);
    }
  }

  #describe() {
    this.#covered = showCredits(this, this.#track);
    this.#showFacts();
    this.#playhead.setDuration(this.#track.duration_s);
    introduce(this.#track, this);
  }

  #showFacts() {
    showFacts(this.querySelector(".facts"), this.#track, this.dataset.rendition || null);
  }

  /** Show what is known now of the track that plays, and let it play on. */
  #complete(track) {
    this.#track = completed(this.#track, track);
    this.#describe();
    this.#showWaveform();
    this.dispatchEvent(new CustomEvent("trackready", { bubbles: true, detail: this.#track }));
  }

  /** Have the track end there: no more of it will come. */
  #end(duration_s) {
    this.#track = { ...this.#track, duration_s };
    this.#playhead.setDuration(duration_s);
  }

  /** What plays has ended: say so, unless it goes on under another token. */
  async #fail(sentence, trouble) {
    const failed = this.#track;
    if (trouble.status === UNAUTHORIZED && mayHaveEnded(failed)) {
      const track = await renewed(failed);
      if (track !== failed || !this.#isOpen(failed)) {
        this.#openAgain(track, !this.#audio.paused || this.#audio.autoplay); // it may be paused by now
        return;
      }
    }
    this.#trouble.show(sentence);
    this.#audio.pause();
    this.#state.fail();
    this.#tell(trouble);
  }

  /** After a failure, try again. */
  async #retry(play = true) {
    if (!this.#sound.isLoaded) {
      location.reload(); // a new version may have other files, which only its own page can name
    } else if (this.#state.hasFailed) {
      this.#openAgain(await renewed(this.#track), play);
    }
  }

  /** Open a track where it was, in the quality that was chosen, if it was not left meanwhile. */
  #openAgain(track, play) {
    if (this.#isOpen(track)) {
      this.open(track, { play, start_s: this.#playhead.position_s, rung: this.#sound.rung });
    }
  }

  #isOpen({ playback_id }) {
    return this.dataset.playbackId === playback_id;
  }

  /** Tell the page, and the system, of what happens to the sound. */
  #report() {
    const audio = this.#audio;
    audio.addEventListener("ended", () => this.dispatchEvent(new CustomEvent("trackended", { bubbles: true })));
    for (const name of ["playing", "pause", "seeked", "ratechange"]) {
      audio.addEventListener(name, () => report(audio, this.#track.duration_s));
    }
  }

  #tell(trouble) {
    this.dispatchEvent(new CustomEvent("playbacktrouble", { bubbles: true, detail: trouble }));
  }
}

customElements.define("sound-player", SoundPlayer);
