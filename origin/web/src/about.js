// What its creator says of the track that is open: a text, and what kind of track it is.

import { ask } from "./api.js";
import { element } from "./element.js";
import { saidOf } from "./track_source.js";

const SAID_NOTHING = { description: "", tags: [] };

export class About {
  #section;
  #asking = new AbortController();

  /** Show it in `section`. */
  constructor(section) {
    this.#section = section;
  }

  /** Show what is said of a track, which is asked for where it did not come along; nothing where there is nothing. */
  async show({ track_id, about }) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    if (about || !track_id) {
      this.#fill(about ?? SAID_NOTHING);
      return;
    }
    const said = await ask(`tracks/${encodeURIComponent(track_id)}`, { signal }).then(saidOf).catch(() => ({}));
    if (!signal.aborted) {
      this.#fill(said.about ?? SAID_NOTHING);
    }
  }

  #fill(about) {
    const facts = factsOf(about).map(([name, value]) =>
      element("div", {}, element("dt", {}, name), element("dd", { dir: "auto" }, value)),
    );
    this.#section.querySelector("p").textContent = about.description;
    this.#section.querySelector("dl").replaceChildren(...facts);
    this.#section.hidden = about.description === "" && facts.length === 0;
  }
}

function factsOf({ genre, tags, released_on, language }) {
  return [
    ["Genre", genre],
    ["Tags", tags.join(" · ")],
    ["Released", released_on && new Date(released_on).toLocaleDateString(undefined, { dateStyle: "long", timeZone: "UTC" })],
    ["Language", language && languageOf(language)],
  ].filter(([, value]) => value);
}

/** Name a language as the page's own names it; its code, where nobody knows it. */
function languageOf(code) {
  try {
    return new Intl.DisplayNames("en", { type: "language" }).of(code);
  } catch {
    return code;
  }
}
