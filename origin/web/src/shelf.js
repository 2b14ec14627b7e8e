// A list of tracks that can be played.

import { clock } from "./clock.js";
import { thumbnail } from "./cover.js";
import { element, icon } from "./element.js";
import { markExplicit } from "./explicit.js";
import { marked } from "./marked.js";
import { foretellSound, foretellTrack } from "./track_source.js";

const NEXT = "M4 7h16M4 12.5h8M4 18h8M16 12l4.5 3.25L16 18.5z";
const LAST = "M4 6.5h16M4 12h16M4 17.5h8M18 15v5M15.5 17.5h5";
const DWELL_MS = 65; // a mouse that only passes is gone by then

/** Make lines with links; of `actions`, `choose(item)` is called instead of following a plain click. */
export function rows(items, actions) {
  return items.map((item) => row(item, actions));
}

/** Return the address of the page at which a track plays. */
export function addressOf({ playback_id, track_id }) {
  const asked = new URLSearchParams({ play: playback_id });
  if (track_id) {
    asked.set("track", track_id); // the catalogue knows better than the file what it is called
  }
  return `?${asked}`;
}

/** Mark the row of the track that is open. */
export function markCurrent(list, playbackId) {
  for (const link of list.querySelectorAll("a")) {
    if (link.dataset.playbackId === playbackId) {
      link.setAttribute("aria-current", "true");
    } else {
      link.removeAttribute("aria-current");
    }
  }
}

function row(item, { choose, putNext, putLast }) {
  const duration = item.state === "preparing" ? "preparing" : clock(item.duration_s ?? 0);
  const title = item.title ?? "Untitled";
  const link = element(
    "a",
    { href: addressOf(item), dataset: { playbackId: item.playback_id } },
    thumbnail(item, "2.75rem"),
    text("track-title", title, item.highlights?.title),
    markExplicit(text("track-artist", item.artist ?? "", item.highlights?.artist), item),
    text("track-duration", duration),
  );
  followed(link, item, choose);
  const next = button(`Put ${title} next in the queue`, NEXT, () => putNext(item));
  const last = button(`Add ${title} to the queue`, LAST, () => putLast(item));
  return element("li", {}, link, element("span", { className: "row-actions" }, next, last));
}

/** Call `choose(item)` instead of following a plain click on `link`; what looks like one is prepared for. */
export function followed(link, item, choose) {
  let dwelling;
  link.addEventListener("pointerenter", ({ pointerType }) => {
    dwelling = pointerType === "mouse" ? setTimeout(foretellTrack, DWELL_MS, item) : undefined;
  });
  link.addEventListener("pointerleave", () => clearTimeout(dwelling));
  link.addEventListener("pointerdown", ({ pointerType }) => foretellSound(item, pointerType));
  link.addEventListener("click", (event) => {
    if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      choose(item);
    }
  });
}

function button(label, path, act) {
  const made = element("button", { type: "button", title: label, "aria-label": label }, icon(path));
  made.addEventListener("click", act);
  return made;
}

function text(className, content, spans = []) {
  return element("span", { className, dir: "auto" }, ...marked(content, spans));
}
