// The shelf of a server with the API: what is public, in some order, and a search as one types.
//
// A question that is overtaken by the next one is no longer waited for: what is shown is always of
// what was typed last.

import { ask, query } from "./api.js";
import { isComposed } from "./composing.js";
import { element } from "./element.js";
import { Filters } from "./filters.js";
import { markCurrent, rows } from "./shelf.js";
import { saidOf } from "./track_source.js";

const AT_ONCE = 30; // as the page itself says (page.py), which has the first ones come early
const PAGES_MAX = 5; // that are read to find a first track to show
const PAUSE_MS = 120; // shorter than most people's from key to key

export class Browser {
  #shelf;
  #list;
  #actions;
  #more;
  #said;
  #typed;
  #filters;
  #next = null;
  #newest;
  #current = null;
  #asking = new AbortController();
  #timer;

  /** Show it in `shelf`, a section; `actions` are what can be done with a track. */
  constructor(shelf, actions) {
    this.#shelf = shelf;
    this.#actions = actions;
    this.#list = shelf.querySelector(".tracks");
    this.#more = shelf.querySelector(".more");
    this.#said = shelf.querySelector(".found");
    this.#typed = shelf.querySelector(".search input");
    this.#filters = new Filters(shelf.querySelector(".filters"), () => this.#find());
    shelf.querySelector(".search").hidden = false;
    shelf.querySelector(".search").addEventListener("submit", (event) => {
      event.preventDefault();
      this.#find();
    });
    this.#typed.addEventListener("input", () => {
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => this.#find(), PAUSE_MS);
    });
    this.#typed.addEventListener("focus", () => this.#suggest(), { once: true });
    this.#more.addEventListener("click", () => this.#goOn());
    document.addEventListener("keydown", (event) => this.#onKey(event));
  }

  /**
   * Fetch the first tracks, unless somebody is searching; return the newest.
   *
   * `first(newest)` is called as soon as that is known; its row, and all others, come once it is done.
   */
  async fill(first) {
    if (!this.#words) {
      let read = await this.#read(null);
      for (let pages = 1; read.items.length === 0 && read.page.next !== null && pages < PAGES_MAX; pages += 1) {
        read = await this.#read(read.page.next); // none of those before has a sound yet
      }
      this.#newest = read.items[0];
      await first(this.#newest);
      if (!read.signal.aborted) {
        this.#put(read, null);
      }
    }
    return { newest: this.#newest, complete: true, hasMore: this.#next !== null };
  }

  /** Mark the track that is open, here and in what is found later. */
  mark(playbackId) {
    this.#current = playbackId;
    markCurrent(this.#list, playbackId);
  }

  get #words() {
    return this.#typed.value.trim();
  }

  async #fetch(cursor) {
    const read = await this.#read(cursor);
    return { items: read.items, made: this.#put(read, cursor) };
  }

  async #read(cursor) {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const words = this.#words;
    const { order, genre } = this.#filters;
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
    clearTimeout(this.#timer);
    await this.#guarded(async () => {
      const { items } = await this.#fetch(null);
      this.#tell(items.length);
    });
  }

  /** Say what came of it; where a genre left nothing, with a way to take it off. */
  #tell(count) {
    const { genre } = this.#filters;
    if (count > 0 || this.#next !== null) {
      this.#said.textContent = this.#words ? counted(count, this.#next) : "";
      return;
    }
    const what = this.#words ? "Nothing was found" : "Nothing is here";
    if (genre === null) {
      this.#said.textContent = `${what}.`;
      return;
    }
    const off = element("button", { type: "button", className: "quiet" }, "Show all genres");
    off.addEventListener("click", () => this.#takeOffGenre());
    this.#said.replaceChildren(`${what} in the genre “`, element("bdi", {}, genre), "”. ", off);
  }

  async #takeOffGenre() {
    this.#filters.set({ order: this.#filters.order, genre: null });
    await this.#find();
    (this.#list.querySelector("a") ?? this.#typed).focus(); // the button is gone, and the keyboard goes on here
  }

  async #goOn() {
    await this.#guarded(async () => {
      const { made } = await this.#fetch(this.#next);
      made[0]?.querySelector("a").focus(); // the button may be gone, and the keyboard goes on here
    });
  }

  async #suggest() {
    const { Suggestions } = await import("./suggest.js");
    new Suggestions(this.#typed, this.#shelf.querySelector(".suggestions"), {
      find: () => this.#find(),
      choose: (id) => this.#guarded(async () => this.#actions.choose(itemOf(await ask(`tracks/${encodeURIComponent(id)}`)))),
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

  #onKey(event) {
    if (isComposed(event)) {
      return;
    }
    const writes = event.target.closest("input, select, textarea");
    if (event.key === "/" && !writes && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      this.#typed.focus();
    }
    if (event.key === "Escape" && event.target === this.#typed && this.#typed.value) {
      this.#typed.value = "";
      this.#find();
    }
  }
}

/** Return what a row shows of a track or a hit of the catalogue. */
export function itemOf(track) {
  const { id, playback_id, duration_s, highlights } = track;
  const said = saidOf(track);
  return { track_id: id, playback_id, duration_s, highlights, ...said, said };
}

function counted(count, next) {
  if (count === 0) {
    return "Nothing was found.";
  }
  return `${next ? "More than " : ""}${count} ${count === 1 ? "track" : "tracks"} found`;
}
