// The track that is open: played, named in the window's title, with what is said of it and what is
// similar to it, and counted where it is heard.

import { About } from "./about.js";
import { ask, HAS_API } from "./api.js";
import { Hearing } from "./hearing.js";
import { QueueControl } from "./queue_control.js";
import { Similar } from "./similar.js";
import { saidOf } from "./track_source.js";

const NAME = document.title;

export class OpenTrack {
  #player;
  #control;
  #hearing;
  #about = HAS_API ? new About(document.querySelector(".about")) : null;
  #similar;
  #unnamed = null; // where the catalogue did not say what it is called

  /** Play in `player`; `choose(item)` opens another, `goOn(item, isOver)` one of the queue. */
  constructor(player, queue, { choose, goOn }) {
    this.#player = player;
    this.#control = new QueueControl(player, queue, goOn);
    this.#hearing = new Hearing(player.querySelector("audio"));
    this.#similar = HAS_API ? new Similar(document.querySelector(".similar"), choose) : null;
    addEventListener("online", () => this.nameAgain());
  }

  get isThere() {
    return !this.#player.hidden;
  }

  get playbackId() {
    return this.#player.dataset.playbackId;
  }

  /** Open a track, and play it if `play` says so; return what is done once it plays, and once the rest is said. */
  show(track, play) {
    this.#player.hidden = false;
    this.entitle(track);
    this.#unnamed = HAS_API && track.track_id && !("about" in track) ? track : null;
    this.#control.plays(track);
    this.#hearing.open(track, play);
    const played = this.#player.open(track, { play });
    return { played, said: Promise.all([this.#about?.show(track), this.#similar?.show(track.track_id)]) };
  }

  /** Have none open. */
  close() {
    this.#player.close();
    this.#about?.show({});
    document.title = NAME;
  }

  /** Give the window its title. */
  entitle(track) {
    document.title = [track.title ?? "Untitled", track.artist].filter(Boolean).join(" — ");
  }

  /** Ask again what it is called, where the catalogue did not say so. */
  async nameAgain() {
    const track = this.#unnamed;
    if (track === null) {
      return;
    }
    try {
      const known = await ask(`tracks/${encodeURIComponent(track.track_id)}`);
      if (this.#unnamed === track && known.playback_id === track.playback_id) { // else the address joins what does not belong together
        this.#unnamed = null;
        this.#name(track, saidOf(known));
      }
    } catch (error) {
      console.warn(error);
    }
  }

  #name(track, said) {
    const named = { ...track, ...said };
    this.#player.name(said);
    this.entitle(named);
    this.#control.plays(named);
    this.#about.show(named);
    this.#similar.show(track.track_id);
  }
}
