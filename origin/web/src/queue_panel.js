// The queue as a list: to be put in order by keyboard and by pointer, and thinned out.
//
// A grip is a button. With the focus on it, the arrow keys, Home and End move its track; dragged by a
// pointer, its track follows. What happened is said, since what moves is not read out by itself.

import { clock } from "./clock.js";
import { element, icon } from "./element.js";
import { markExplicit } from "./explicit.js";

const GRIP = "M9 6h.01M15 6h.01M9 12h.01M15 12h.01M9 18h.01M15 18h.01";
const CROSS = "m7 7 10 10M17 7 7 17";
const HOW = "Arrow keys move it.";

export class QueuePanel {
  #queue;
  #section;
  #list;
  #said;
  #play;

  /** Show `queue` in `section`; `play(index)` is called to hear a track now. */
  constructor(section, queue, play) {
    this.#section = section;
    this.#queue = queue;
    this.#play = play;
    this.#list = section.querySelector("ol");
    this.#said = section.querySelector("[role=status]");
    section.querySelector(".queue-clear").addEventListener("click", () => this.#clear());
    queue.addEventListener("change", () => this.#show());
    this.#show();
  }

  #show() {
    const { items } = this.#queue;
    const focused = this.#focusedPlace();
    this.#list.replaceChildren(...items.map((track, index) => this.#row(track, index)));
    this.#section.querySelector(".queue-empty").hidden = items.length > 0;
    this.#section.querySelector(".queue-clear").hidden = items.length === 0;
    if (focused) {
      this.#focus(...focused);
    }
  }

  /** Return the number of the row that has the focus, and what in it has. */
  #focusedPlace() {
    const active = document.activeElement;
    const rows = [...this.#list.children];
    const index = rows.findIndex((row) => row.contains(active));
    return index < 0 ? null : [index, active.className];
  }

  #focus(index, className) {
    const row = this.#list.children[Math.min(index, this.#list.childElementCount - 1)];
    (row?.querySelector(`.${className}`) ?? this.#section.querySelector("h2")).focus();
  }

  #row(track, index) {
    const title = track.title ?? "Untitled";
    const grip = this.#button("queue-grip", `Move ${title}`, GRIP);
    grip.setAttribute("aria-description", HOW);
    grip.addEventListener("keydown", (event) => this.#onKey(event, index, title));
    grip.addEventListener("pointerdown", (event) => this.#drag(event, grip, index, title));
    const play = element(
      "button",
      { type: "button", className: "queue-play", "aria-description": "Plays it now." },
      element("span", { className: "track-title", dir: "auto" }, title),
      markExplicit(element("span", { className: "track-artist", dir: "auto" }, track.artist ?? ""), track),
    );
    play.addEventListener("click", () => this.#play(index));
    const remove = this.#button("queue-remove", `Remove ${title} from the queue`, CROSS);
    remove.addEventListener("click", () => {
      this.#say(`${title} was removed.`);
      this.#queue.remove(index);
    });
    const duration = track.duration_s === null ? "" : clock(track.duration_s);
    return element("li", {}, grip, play, element("span", { className: "track-duration" }, duration), remove);
  }

  #button(className, label, path) {
    return element("button", { type: "button", className, "aria-label": label }, icon(path));
  }

  #onKey(event, index, title) {
    const last = this.#queue.items.length - 1;
    const to = { ArrowUp: index - 1, ArrowDown: index + 1, Home: 0, End: last }[event.key];
    if (to === undefined || event.altKey || event.ctrlKey || event.metaKey) {
      return;
    }
    event.preventDefault();
    if (to !== index && to >= 0 && to <= last) {
      this.#queue.move(index, to);
      this.#focus(to, "queue-grip");
      this.#say(`${title} is now ${to + 1} of ${last + 1}.`);
    }
  }

  /** Let a row follow the pointer; the order changes when it is let go. */
  #drag(down, grip, index, title) {
    if (down.button !== 0) {
      return;
    }
    const row = grip.closest("li");
    const dragging = new AbortController();
    const { signal } = dragging;
    grip.setPointerCapture(down.pointerId);
    row.classList.add("is-dragged");
    const move = ({ clientY }) => {
      const others = [...this.#list.children].filter((each) => each !== row);
      const below = others.find((each) => clientY < middle(each));
      if (row.nextElementSibling !== (below ?? null)) {
        this.#list.insertBefore(row, below ?? null);
        grip.setPointerCapture(down.pointerId); // what is moved in the document loses it
      }
    };
    const end = (isKept) => {
      dragging.abort();
      row.classList.remove("is-dragged");
      const to = [...this.#list.children].indexOf(row);
      if (isKept && to >= 0 && to !== index) {
        this.#queue.move(index, to);
        this.#say(`${title} is now ${to + 1} of ${this.#queue.items.length}.`);
      } else {
        this.#show();
      }
    };
    document.addEventListener("pointermove", move, { signal });
    document.addEventListener("pointerup", () => end(true), { signal });
    document.addEventListener("pointercancel", () => end(false), { signal });
    document.addEventListener("keydown", ({ key }) => key === "Escape" && end(false), { signal });
  }

  #clear() {
    this.#queue.clear();
    this.#say("The queue is empty.");
    this.#section.querySelector("h2").focus();
  }

  #say(sentence) {
    this.#said.textContent = sentence;
  }
}

function middle(row) {
  const { top, height } = row.getBoundingClientRect();
  return top + height / 2;
}
