// The queue's part of the player: what comes next when a track ends, and the buttons for it.

import { offer } from "./media_session.js";

const BEGINNING_S = 3; // later than this, going back is to the track's own beginning

export class QueueControl {
  #player;
  #queue;
  #open;
  #current = null;

  /**
   * `open(track, isOver)` has one played, by itself where the last one is over.
   *
   * It says "gone" where that cannot be, "away" where it cannot be now.
   */
  constructor(player, queue, open) {
    this.#player = player;
    this.#queue = queue;
    this.#open = open;
    const on = (selector, act) => player.querySelector(selector).addEventListener("click", act);
    on("[data-step=next]", () => this.next());
    on("[data-step=previous]", () => this.previous());
    on(".queue-toggle", () => this.#toggle());
    player.addEventListener("trackended", () => this.next(0, true));
    queue.addEventListener("change", () => this.#show());
    this.#show();
  }

  /** This track plays now. */
  plays(track) {
    if (this.#current && this.#current.playback_id !== track.playback_id) {
      this.#queue.left(this.#current);
    }
    this.#current = track;
    this.#show();
  }

  /** Hear what comes at `index`; what is gone is left out. */
  async next(index = 0, isOver = false) {
    let track = this.#queue.take(index);
    while (track !== null) {
      const came = await this.#open(track, isOver);
      if (came === "away") {
        this.#queue.putNext(track); // none of the others would come, either
      }
      track = came === "gone" ? this.#queue.take() : null;
    }
  }

  /** Hear this track from its beginning, or, just begun, the one before; what is gone is left out. */
  async previous() {
    const audio = this.#player.querySelector("audio");
    if (audio.currentTime > BEGINNING_S || !this.#queue.hasPrevious) {
      this.#player.seek(0);
      return;
    }
    const current = this.#current;
    this.#current = null; // it is next, so it was not left
    let track = this.#queue.takeBack(current);
    let came = await this.#open(track);
    while (came === "gone" && this.#queue.hasPrevious) {
      track = this.#queue.takeBack(null);
      came = await this.#open(track);
    }
    if (came !== "plays") {
      this.#queue.stay(current, came === "away" ? track : null);
      this.#current ??= current;
    }
  }

  async #toggle() {
    const section = document.querySelector(".queue");
    const toggle = this.#player.querySelector(".queue-toggle");
    if (!section.dataset.isShown) {
      section.dataset.isShown = "true";
      const { QueuePanel } = await import("./queue_panel.js");
      new QueuePanel(section, this.#queue, (index) => this.next(index));
    }
    section.hidden = !section.hidden;
    toggle.setAttribute("aria-expanded", String(!section.hidden));
    if (!section.hidden) {
      section.scrollIntoView({ block: "nearest" });
      section.querySelector("h2").focus({ preventScroll: true });
    }
  }

  #show() {
    const count = this.#queue.items.length;
    const toggle = this.#player.querySelector(".queue-toggle");
    toggle.setAttribute("aria-label", count ? `Queue, ${count} ${count === 1 ? "track" : "tracks"}` : "Queue");
    toggle.querySelector(".queue-count").textContent = count || "";
    const hasNext = count > 0;
    const { hasPrevious } = this.#queue;
    const step = this.#player.querySelector("[data-step=next]");
    if (!hasNext && step === document.activeElement) {
      this.#player.querySelector(".play").focus(); // what is disabled loses the keyboard
    }
    step.disabled = !hasNext;
    offer({
      nexttrack: hasNext ? () => this.next() : null,
      previoustrack: hasPrevious ? () => this.previous() : null,
    });
  }
}
