// The list of what this server holds.

import { clock } from "./clock.js";

const LISTED_MAX = 200; // what the origin lists at most

/** Fetch what is published, newest first, and whether that is all: a store may not answer. */
export async function fetchShelf() {
  const response = await fetch(`v1/assets?limit=${LISTED_MAX}`);
  if (!response.ok) {
    throw new Error(`the list was answered with ${response.status}`);
  }
  return response.json();
}

/** Fill `list` with links; `choose(playbackId)` is called instead of following a plain click. */
export function showShelf(list, items, choose) {
  list.replaceChildren(...items.map((item) => row(item, choose)));
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
  const link = document.createElement("a");
  link.href = `?play=${item.playback_id}`;
  link.dataset.playbackId = item.playback_id;
  link.append(
    text("track-title", item.title ?? "Untitled"),
    text("track-artist", item.artist ?? ""),
    text("track-duration", item.state === "preparing" ? "preparing" : clock(item.duration_s)),
  );
  link.addEventListener("click", (event) => {
    if (event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey) {
      event.preventDefault();
      choose(item.playback_id);
    }
  });
  const line = document.createElement("li");
  line.append(link);
  return line;
}

function text(className, content) {
  const span = document.createElement("span");
  span.className = className;
  span.dir = "auto";
  span.textContent = content;
  return span;
}
