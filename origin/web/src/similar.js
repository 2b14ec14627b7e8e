// What is similar to the track that is open, as a row of covers.

import { ask } from "./api.js";
import { thumbnail } from "./cover.js";
import { element } from "./element.js";
import { itemOf } from "./browse.js";
import { addressOf, followed } from "./shelf.js";

const MOST = 12;

export class Similar {
  #section;
  #choose;
  #asking = new AbortController();

  /** Show it in `section`; `choose(item)` is called for a track. */
  constructor(section, choose) {
    this.#section = section;
    this.#choose = choose;
  }

  /** Show what is similar to a track; nothing where there is nothing, or where that cannot be told. */
  async show(trackId) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const items = trackId ? await similarTo(trackId, signal) : [];
    if (signal.aborted) {
      return;
    }
    this.#section.querySelector("ul").replaceChildren(...items.map((each) => this.#card(each)));
    this.#section.hidden = items.length === 0;
  }

  #card(item) {
    const link = element(
      "a",
      { href: addressOf(item), dataset: { playbackId: item.playback_id } },
      thumbnail(item, "9rem"),
      element("span", { className: "track-title", dir: "auto" }, item.title ?? "Untitled"),
      element("span", { className: "track-artist", dir: "auto" }, item.artist ?? ""),
    );
    followed(link, item, this.#choose);
    return element("li", {}, link);
  }
}

async function similarTo(trackId, signal) {
  try {
    const { items } = await ask(`tracks/${encodeURIComponent(trackId)}/similar?limit=${MOST}`, { signal });
    return items.filter(({ playback_id }) => playback_id).map(itemOf);
  } catch {
    return [];
  }
}
