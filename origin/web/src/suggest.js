// Names that begin with what is typed, in a list under the search box: an ARIA combobox whose focus
// stays in the box.
//
// A question that is overtaken is not waited for, and its answer is not shown. Where the list cannot
// be had, there is none: the search goes on beside it.

import { ask, query } from "./api.js";
import { isComposed } from "./keys.js";
import { element } from "./element.js";
import { marked } from "./marked.js";

const PAUSE_MS = 60;
const KINDS = { track: "Track", artist: "Artist", album: "Album" };

export class Suggestions {
  #box;
  #list;
  #actions;
  #items = [];
  #active = -1;
  #asking = new AbortController();
  #timer;

  /** Suggest under `box`, in `list`; of `actions`, `find(text)` or `choose(track)` follows. */
  constructor(box, list, actions) {
    this.#box = box;
    this.#list = list;
    this.#actions = actions;
    box.addEventListener("input", () => this.soon());
    box.addEventListener("keydown", (event) => this.#onKey(event));
    box.addEventListener("blur", () => this.close());
    box.form.addEventListener("submit", () => this.close());
    list.addEventListener("pointerdown", (event) => event.preventDefault()); // the focus stays in the box
    list.addEventListener("click", ({ target }) => {
      const option = target.closest("[role=option]");
      if (option) {
        this.#take([...list.children].indexOf(option));
      }
    });
  }

  /** Show nothing, and wait for nothing. */
  close() {
    clearTimeout(this.#timer);
    this.#asking.abort();
    this.#show([]);
  }

  /** Suggest what goes on as the box does, unless that changes in a moment. */
  soon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#ask(), PAUSE_MS);
  }

  async #ask() {
    this.#asking.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const typed = this.#box.value.trim();
    if (!typed) {
      this.#show([]);
      return;
    }
    try {
      const { items } = await ask(`search/suggest?${query({ q: typed })}`, { signal });
      if (!signal.aborted) {
        this.#show(items);
      }
    } catch {
      if (!signal.aborted) {
        this.#show([]);
      }
    }
  }

  #show(items) {
    this.#items = items;
    this.#list.replaceChildren(...items.map(option));
    this.#list.hidden = items.length === 0;
    this.#box.setAttribute("aria-expanded", String(items.length > 0));
    this.#mark(-1);
  }

  #mark(index) {
    this.#active = index;
    [...this.#list.children].forEach((each, place) => each.setAttribute("aria-selected", String(place === index)));
    const active = this.#list.children[index];
    if (active) {
      this.#box.setAttribute("aria-activedescendant", active.id);
      active.scrollIntoView({ block: "nearest" });
    } else {
      this.#box.removeAttribute("aria-activedescendant");
    }
  }

  #onKey(event) {
    if (isComposed(event) || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    const count = this.#items.length;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (count === 0) {
      if (event.key === "ArrowDown" && this.#box.value.trim()) {
        event.preventDefault();
        this.#ask();
      }
    } else if (steps[event.key]) {
      event.preventDefault();
      // one place more than there are options: the box itself
      this.#mark(((this.#active + 1 + steps[event.key] + count + 1) % (count + 1)) - 1);
    } else if (event.key === "Enter" && this.#active >= 0) {
      event.preventDefault();
      this.#take(this.#active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation(); // the next one empties the box
      this.close();
    }
  }

  #take(index) {
    const { kind, id, text } = this.#items[index];
    this.#box.value = text;
    this.close();
    this.#actions.find();
    if (kind === "track") {
      this.#actions.choose(id);
    }
  }
}

function option({ kind, text, artist, highlights }, index) {
  const whose = [KINDS[kind] ?? kind, artist].filter(Boolean).join(" · ");
  return element(
    "li",
    { id: `suggestion-${index}`, role: "option", "aria-selected": "false" },
    element("span", { className: "suggested", dir: "auto" }, ...marked(text, highlights)),
    element("span", { className: "suggested-kind", dir: "auto" }, whose),
  );
}
