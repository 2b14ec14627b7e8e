// The page: a shelf of what is published, and one player.
//
// `?play=ID` opens that track; without it the newest one lies ready. Choosing another changes the
// address but loads no page. Every URL is relative, so a path in front of the page is inherited.

import "./player.js";
import { fetchShelf, markCurrent, showShelf } from "./shelf.js";

const player = document.querySelector("sound-player");
const shelf = document.querySelector(".shelf");
const list = document.querySelector(".tracks");
const notice = document.querySelector(".notice");

const EMPTY = "Nothing is on the shelf yet. Package a track into this server’s store, and reload.";
const UNREACHABLE = "This server does not answer just now. Please try again in a moment.";
const MISSING = "That track is not here. It may have been taken down, or the link is incomplete.";

function say(sentence) {
  notice.textContent = sentence;
  notice.hidden = sentence === "";
}

async function open(playbackId, play) {
  const response = await fetch(`${encodeURIComponent(playbackId)}.json`);
  if (!response.ok) {
    player.hidden = true;
    say(response.status === 404 ? MISSING : UNREACHABLE);
    return;
  }
  const track = await response.json();
  say("");
  player.hidden = false;
  document.title = [track.title ?? "Untitled", track.artist].filter(Boolean).join(" — ");
  markCurrent(list, playbackId);
  await player.open(track, { play });
}

function choose(playbackId) {
  history.pushState(null, "", `?play=${encodeURIComponent(playbackId)}`);
  scrollTo({ top: 0 });
  return guarded(() => open(playbackId, true));
}

async function fill() {
  const items = await fetchShelf();
  showShelf(list, items, choose);
  shelf.hidden = items.length < 2;
  return items;
}

/** Open what the address asks for, else the newest. */
async function start() {
  const shelved = fill();
  const wanted = new URLSearchParams(location.search).get("play");
  if (wanted) {
    await open(wanted, false);
    await shelved.then(() => markCurrent(list, wanted), console.warn);
    return;
  }
  const [newest] = await shelved;
  if (newest) {
    await open(newest.playback_id, false);
  } else {
    say(EMPTY);
  }
}

async function guarded(action) {
  try {
    await action();
  } catch (error) {
    console.error(error);
    say(UNREACHABLE);
  }
}

addEventListener("popstate", () => guarded(start));
guarded(start);
