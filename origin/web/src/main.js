// The page: a shelf of what is published, and one player.
//
// `?play=ID` opens that track; without it the newest one lies ready. Choosing another changes the
// address but loads no page. Every URL is relative, so a path in front of the page is inherited.

import "./player.js";
import { fetchShelf, markCurrent, showShelf } from "./shelf.js";

const player = document.querySelector("sound-player");
const shelf = document.querySelector(".shelf");
const list = document.querySelector(".tracks");
const missing = document.querySelector(".missing");
const notice = document.querySelector(".notice");

const EMPTY = "Nothing is on the shelf yet. Package a track into this server’s store, and reload.";
const UNREACHABLE = "This server does not answer just now. Please try again in a moment.";
const MISSING = "That track is not here. It may have been taken down, or the link is incomplete.";

const NAME = document.title;

function say(sentence) {
  notice.textContent = sentence;
  notice.scrollIntoView({ block: "nearest" });
}

let asking = new AbortController(); // for the track that was asked for last

/** A track that is not to be had; the message says so to the listener. */
class Refused extends Error {}

/** Fetch a track. An earlier one that has not come yet is no longer wanted: AbortError there. */
async function fetchTrack(playbackId) {
  asking.abort();
  asking = new AbortController();
  const response = await fetch(`${encodeURIComponent(playbackId)}.json`, { signal: asking.signal });
  if (!response.ok) {
    throw new Refused(response.status === 404 ? MISSING : UNREACHABLE);
  }
  return response.json();
}

function entitle(track) {
  document.title = [track.title ?? "Untitled", track.artist].filter(Boolean).join(" — ");
}

function show(track, play) {
  say("");
  player.hidden = false;
  entitle(track);
  markCurrent(list, track.playback_id);
  return player.open(track, { play });
}

/** Open what the address asks for; where that cannot be had, nothing plays on under its name. */
async function open(playbackId) {
  try {
    await show(await fetchTrack(playbackId), false);
  } catch (error) {
    if (error instanceof Refused) {
      player.close();
      document.title = NAME;
      markCurrent(list, null);
    }
    throw error;
  }
}

/** Play a track of the shelf; until it can be had, what plays now plays on under its own address. */
function choose(playbackId) {
  return guarded(async () => {
    const track = await fetchTrack(playbackId);
    history.pushState(null, "", `?play=${encodeURIComponent(playbackId)}`);
    scrollTo({ top: 0 });
    await show(track, true);
  });
}

async function fill() {
  const { items, complete } = await fetchShelf();
  showShelf(list, items, choose);
  missing.hidden = complete;
  shelf.hidden = items.length < (complete ? 2 : 1);
  return { newest: items[0], complete };
}

/** Open what the address asks for, else the newest. */
async function start() {
  const shelved = fill();
  const wanted = new URLSearchParams(location.search).get("play");
  if (wanted) {
    shelved.then(() => markCurrent(list, player.dataset.playbackId), console.warn);
    await open(wanted);
    return;
  }
  const { newest, complete } = await shelved;
  if (newest) {
    await open(newest.playback_id);
  } else {
    say(complete ? EMPTY : UNREACHABLE);
  }
}

async function guarded(action) {
  try {
    await action();
  } catch (error) {
    if (error.name !== "AbortError") {
      console.warn(error);
      say(error instanceof Refused ? error.message : UNREACHABLE);
    }
  }
}

/** Show the track that plays, and the shelf, as they are now that it is complete. */
async function renew(track) {
  entitle(track);
  await fill();
  markCurrent(list, player.dataset.playbackId);
}

player.addEventListener("trackready", ({ detail }) => guarded(() => renew(detail)));
addEventListener("popstate", () => guarded(start));
guarded(start);
