// The page for listeners: a shelf of what is published, and one player.
//
// `?play=ID` opens that track; without it the newest one lies ready. Choosing another changes the
// address but loads no page. Every URL is relative, so a path in front of the page is inherited.

import { ask, HAS_API } from "./api.js";
import { Browser } from "./browse.js";
import "./player.js";
import { addressOf, fetchShelf, markCurrent, rows } from "./shelf.js";

const player = document.querySelector("sound-player");
const shelf = document.querySelector(".shelf");
const list = document.querySelector(".tracks");
const missing = document.querySelector(".missing");
const notice = document.querySelector(".notice");

const EMPTY = HAS_API
  ? "Nothing is on the shelf yet. What creators publish appears here."
  : "Nothing is on the shelf yet. Package a track into this server’s store, and reload.";
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
async function fetchTrack({ playback_id, track_id }) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  const said = catalogued(track_id, signal);
  const response = await fetch(`${encodeURIComponent(playback_id)}.json`, { signal });
  if (!response.ok) {
    throw new Refused(response.status === 404 ? MISSING : UNREACHABLE);
  }
  return { ...(await response.json()), ...(await said) };
}

/** Return what the catalogue says of a track, nothing where it cannot: it plays all the same. */
async function catalogued(trackId, signal) {
  if (!HAS_API || !trackId) {
    return {};
  }
  try {
    const said = await ask(`tracks/${encodeURIComponent(trackId)}`, { signal });
    const { title, artist, album, artwork, placeholder } = said;
    const cover = artwork.length > 0 ? { artwork, placeholder } : {};
    return { title, artist: artist.name, album: album?.title ?? null, ...cover };
  } catch {
    return {};
  }
}

function entitle(track) {
  document.title = [track.title ?? "Untitled", track.artist].filter(Boolean).join(" — ");
}

function show(track, play) {
  say("");
  player.hidden = false;
  isSettled = true;
  reveal();
  entitle(track);
  mark(track.playback_id);
  return player.open(track, { play });
}

/** Open what the address asks for; where that cannot be had, nothing plays on under its name. */
async function open(wanted) {
  try {
    await show(await fetchTrack(wanted), false);
  } catch (error) {
    if (error instanceof Refused) {
      player.close();
      document.title = NAME;
      mark(null);
    }
    throw error;
  }
}

/** Play a track of the shelf; until it can be had, what plays now plays on under its own address. */
function choose(item) {
  return guarded(async () => {
    const track = await fetchTrack(item);
    history.pushState(null, "", addressOf(item));
    scrollTo({ top: 0 });
    await show(track, true);
  });
}

let browser = null; // where there is the API
let isFilled = false;
let isSettled = false; // the player has its place, so that what comes under it moves no more

function reveal() {
  shelf.hidden = !(isFilled && isSettled);
}

function mark(playbackId) {
  if (browser) {
    browser.mark(playbackId);
  } else {
    markCurrent(list, playbackId);
  }
}

async function fill() {
  if (browser) {
    const filled = await browser.fill();
    isFilled = filled.newest !== undefined;
    reveal();
    return filled;
  }
  const { items, complete } = await fetchShelf();
  list.replaceChildren(...rows(items, choose));
  missing.hidden = complete;
  isFilled = items.length >= (complete ? 2 : 1);
  reveal();
  return { newest: items[0], complete };
}

/** Open what the address asks for, else the newest. */
async function openFirst() {
  const shelved = fill();
  const asked = new URLSearchParams(location.search);
  if (asked.has("play")) {
    shelved.then(() => mark(player.dataset.playbackId), console.warn);
    await open({ playback_id: asked.get("play"), track_id: asked.get("track") });
    return;
  }
  const { newest, complete } = await shelved;
  if (newest) {
    await open(newest);
  } else {
    say(complete ? EMPTY : UNREACHABLE);
  }
}

async function start() {
  try {
    await openFirst();
  } finally {
    isSettled = true;
    reveal();
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
  if (!browser) {
    await fill();
  }
  mark(player.dataset.playbackId);
}

/** Begin, and follow the address from then on. */
export function startHome() {
  browser = HAS_API ? new Browser(shelf, choose) : null;
  player.addEventListener("trackready", ({ detail }) => guarded(() => renew(detail)));
  addEventListener("popstate", () => guarded(start));
  guarded(start);
}
