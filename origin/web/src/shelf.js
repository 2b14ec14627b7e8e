// A list of tracks that can be played, and where a store alone has it from.

import { clock } from "./clock.js";
import { element } from "./element.js";

const LISTED_MAX = 200; // what the origin lists at most

/** Fetch what is published, newest first, and whether that is all: a store may not answer. */
export async function fetchShelf() {
  const response = await fetch(`v1/assets?limit=${LISTED_MAX}`);
  if (!response.ok) {
    throw new Error(`the list was answered with ${response.status}`);
  }
  return response.json();
}

/** Make lines with links; `choose(item)` is called instead of following a plain click. */
export function rows(items, choose) {
  return items.map((item) => row(item, choose));
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

function row(item, choose) {
  const duration = item.state === "preparing" ? "preparing" : clock(item.duration_s ?? 0);
  const link = element(
    "a",
    { href: addressOf(item), dataset: { playbackId: item.playback_id } },
    text("track-title", item.title ?? "Untitled", item.highlights?.title),
    text("track-artist", item.artist ?? "", item.highlights?.artist),
    text("track-duration", duration),
  );
  link.addEventListener("click", (event) => {
    if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      choose(item);
    }
  });
  return element("li", {}, link);
}

function text(className, content, spans = []) {
  return element("span", { className, dir: "auto" }, ...marked(content, spans));
}

/** Cut a text into what matched and what did not; spans count characters, as the API does. */
function marked(content, spans) {
  const characters = [...content];
  const pieces = [];
  let done = 0;
  for (const [start, end] of spans) {
    pieces.push(characters.slice(done, start).join(""));
    pieces.push(element("mark", {}, characters.slice(start, end).join("")));
    done = end;
  }
  return [...pieces, characters.slice(done).join("")];
}
