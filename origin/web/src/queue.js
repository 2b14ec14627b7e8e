// What is heard next, and what was heard before. It is kept in this browser, so that a reload loses
// nothing; what is found there is looked at first, since anything may have written it. Where sites may
// keep nothing, the mere mention of `localStorage` raises.

const NAME = "soundbridge-queue";
const NEXT_MAX = 200;
const HEARD_MAX = 50;

export class Queue extends EventTarget {
  #next = [];
  #heard = [];

  constructor() {
    super();
    this.#read();
    addEventListener("storage", ({ key }) => {
      if (key === NAME) {
        this.#read(); // another window has changed it
        this.#tell();
      }
    });
  }

  /** What comes, in order; none is to be changed in place. */
  get items() {
    return [...this.#next];
  }

  get hasPrevious() {
    return this.#heard.length > 0;
  }

  /** Put a track before all others, or behind them. */
  putNext(track) {
    this.#change([item(track), ...this.#next]);
  }

  putLast(track) {
    this.#change([...this.#next, item(track)]);
  }

  remove(index) {
    this.#change(this.#next.toSpliced(index, 1));
  }

  /** Move one to another place; those in between move up or down. */
  move(from, to) {
    const place = Math.min(Math.max(to, 0), this.#next.length - 1);
    this.#change(this.#next.toSpliced(from, 1).toSpliced(place, 0, this.#next[from]));
  }

  clear() {
    this.#change([]);
  }

  /** Take out what comes at `index`, and all before it; null where nothing does. */
  take(index = 0) {
    const [taken = null] = this.#next.slice(index);
    this.#change(this.#next.slice(index + 1));
    return taken;
  }

  /** Another track took the place of this one. */
  left(track) {
    this.#heard = [...this.#heard, item(track)].slice(-HEARD_MAX);
    this.#change(this.#next);
  }

  /** Take back what was heard before `current`, which is next then; null where nothing was. */
  takeBack(current) {
    const taken = this.#heard.at(-1) ?? null;
    this.#heard = this.#heard.slice(0, -1);
    this.#change(taken && current ? [item(current), ...this.#next] : this.#next);
    return taken;
  }

  /** `current` is heard on, since none that was taken back could be had; `taken` may be another time. */
  stay(current, taken) {
    this.#heard = [...this.#heard, ...(taken ? [taken] : [])];
    const index = this.#next.findIndex(({ playback_id }) => playback_id === current?.playback_id);
    this.#change(index < 0 ? this.#next : this.#next.toSpliced(index, 1));
  }

  #change(next) {
    this.#next = next.slice(0, NEXT_MAX);
    try {
      localStorage.setItem(NAME, JSON.stringify({ next: this.#next, heard: this.#heard }));
    } catch (error) {
      console.warn("The queue is not kept:", error.message); // full, or forbidden: it lasts until a reload
    }
    this.#tell();
  }

  #read() {
    let kept = {};
    try {
      kept = JSON.parse(localStorage.getItem(NAME) ?? "{}") ?? {};
    } catch {
      // what is no JSON is none of ours; or nothing may be kept here
    }
    this.#next = tracks(kept.next).slice(0, NEXT_MAX);
    this.#heard = tracks(kept.heard).slice(-HEARD_MAX);
  }

  #tell() {
    this.dispatchEvent(new Event("change"));
  }
}

function tracks(list) {
  return (Array.isArray(list) ? list : []).filter((each) => typeof each?.playback_id === "string").map(item);
}

/** Return what is kept of a track: enough to list and to fetch it. */
function item({ playback_id, track_id, title, artist, explicit, duration_s }) {
  return {
    playback_id,
    track_id: text(track_id),
    title: text(title),
    artist: text(artist),
    explicit: explicit === true,
    duration_s: Number.isFinite(duration_s) ? duration_s : null,
  };
}

function text(value) {
  return typeof value === "string" ? value : null;
}
