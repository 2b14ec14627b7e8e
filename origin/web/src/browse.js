// The shelf of a server with the API: what is public, in some order, and a search as one types.
//
// A question that is overtaken by the next one is no longer waited for: what is shown is always of
// what was typed last. It stands in the address, too.

import { ask, query } from "./api.js";
import { isAt } from "./element.js";
import { Filters } from "./filters.js";
import { tellFound } from "./found.js";
import { EVERYTHING, isNarrowed, readAsked, writeAsked } from "./list_address.js";
import { SearchBox } from "./search_box.js";
import { markCurrent, rows } from "./shelf.js";
import { saidOf } from "./track_source.js";

const AT_ONCE = 30; // as the page itself says (page.py), which has the first ones come early
const PAGES_MAX = 5; // that are read to find a first track to show

export class Browser {
  #shelf;
  #list;
  #actions;
  #more;
  #said;
  #box;
  #filters;
  #next = null;
  #newest;
  #current = null;
  #asking = new AbortController();

  /** Show it in `shelf`, a section; `actions` are what can be done with a track. */
  constructor(shelf, actions) {
    this.#shelf = shelf;
    this.#actions = actions;
    this.#list = shelf.querySelector(".tracks");
    this.#more = shelf.querySelector(".more");
    this.#said = shelf.querySelector(".found");
    this.#filters = new Filters(shelf.querySelector(".filters"), () => this.#find());
    this.#box = new SearchBox(shelf.querySelector(".search"), {
      find: () => this.#find(),
      choose: (id) => this.#guarded(async () => actions.choose(itemOf(await ask(`tracks/${encodeURIComponent(id)}`)))),
    });
    this.#more.addEventListener("click", () => this.#goOn());
  }

  /**
   * Show what the address asks for; return the newest track of all.
   *
   * `first(newest)` is called as soon as that is known; its row, and all others, come once it is done.
   */
  async fill(first) {
    this.#recall();
    const read = this.#newest && isNarrowed(this.#asked) ? null : await this.#readNewest();
    await first(this.#newest);
    if (isNarrowed(this.#asked)) {
      await this.#find();
    } else if (read && !read.signal.aborted) {
      this.#put(read, null);
      this.#said.textContent = "";
      this.#shelf.removeAttribute("aria-busy");
    }
    const hasMore = this.#next !== null || isNarrowed(this.#asked);
    return { newest: this.#newest, complete: true, hasMore, isWorthShowing: hasMore || this.#newest !== undefined };
  }

  /** Keep what is asked for in the address, which has become that of another track. */
  keep() {
    writeAsked(this.#asked);
  }

  /** Mark the track that is open, here and in what is found later. */
  mark(playbackId) {
    this.#current = playbackId;
    markCurrent(this.#list, playbackId);
  }

  /** What is to be shown. */
  get #asked() {
    const { order, genre } = this.#filters;
    return { words: this.#box.words, order, genre };
  }

  /** Ask for what the address says. */
  #recall() {
    const { words, ...narrowed } = readAsked();
    this.#box.words = words;
    this.#filters.set(narrowed);
  }

  /** Read the first tracks of all; where one comes back to something else, its genres are offered. */
  async #readNewest() {
    let read = await this.#read(null, EVERYTHING);
    for (let pages = 1; read.items.length === 0 && read.page.next !== null && pages < PAGES_MAX; pages += 1) {
      read = await this.#read(read.page.next, EVERYTHING); // none of those before has a sound yet
    }
    this.#newest = read.items[0];
    if (isNarrowed(this.#asked) && !this.#box.words) {
      this.#filters.offer(read.page, { isSearch: false, isFirst: true });
    }
    return read;
  }

  async #fetch(cursor) {
    const read = await this.#read(cursor);
    return { items: read.items, made: this.#put(read, cursor) };
  }

  async #read(cursor, { words, order, genre } = this.#asked) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const asked = { limit: AT_ONCE, cursor, genre };
    const path = words
      ? `search?${query({ ...asked, q: words, kind: "track" })}`
      : `tracks?${query({ ...asked, order: order === "newest" ? null : order })}`;
    const page = await ask(path, { signal });
    const items = page.items.filter(({ playback_id }) => playback_id).map(itemOf);
    return { page, items, isSearch: words !== "", signal };
  }

  #put({ page, items, isSearch }, cursor) {
    this.#filters.offer(page, { isSearch, isFirst: cursor === null });
    const made = rows(items, this.#actions);
    if (cursor === null) {
      this.#replace(made);
    } else {
      this.#list.append(...made);
    }
    this.#next = page.next;
    this.#more.hidden = page.next === null;
    this.mark(this.#current);
    this.#shelf.dispatchEvent(new Event("listed"));
    return made;
  }

  /** Show other rows; whoever is at one of them with the keyboard stays there, if it is still there. */
  #replace(made) {
    const at = this.#list.contains(document.activeElement) && document.activeElement.dataset.playbackId;
    this.#list.replaceChildren(...made);
    if (at) {
      this.#list.querySelector(`a[data-playback-id="${CSS.escape(at)}"]`)?.focus();
    }
  }

  async #find() {
    this.#box.rest();
    writeAsked(this.#asked);
    await this.#guarded(async () => {
      const { items } = await this.#fetch(null);
      const { words, genre } = this.#asked;
      const takeOff = () => this.#takeOffGenre();
      tellFound(this.#said, { count: items.length, hasMore: this.#next !== null, isSearch: words !== "", genre, takeOff });
    });
  }

  async #takeOffGenre() {
    this.#filters.set({ order: this.#filters.order, genre: null });
    await this.#find();
    if (isAt(this.#said)) {
      (this.#list.querySelector("a") ?? this.#box).focus(); // the button is gone, and the keyboard goes on here
    }
  }

  async #goOn() {
    await this.#guarded(async () => {
      const { made } = await this.#fetch(this.#next);
      if (isAt(this.#more)) {
        made[0]?.querySelector("a").focus(); // the button may be gone, and the keyboard goes on here
      }
    });
  }

  async #guarded(action) {
    this.#shelf.setAttribute("aria-busy", "true");
    try {
      await action();
    } catch (error) {
      if (error.name === "AbortError") {
        return; // the next question is on its way
      }
      console.warn(error);
      this.#said.textContent = error.status === 429
        ? "That was a lot at once. Please wait a moment."
        : "The search does not answer just now. Please try again in a moment.";
    }
    this.#shelf.removeAttribute("aria-busy");
  }
}

/** Return what a row shows of a track or a hit of the catalogue. */
export function itemOf(track) {
  const { id, playback_id, duration_s, highlights } = track;
  const said = saidOf(track);
  return { track_id: id, playback_id, duration_s, highlights, ...said, said };
}
