// The page for listeners: a shelf of what is published, and one player.
//
// `?play=ID` opens that track; without it the newest one lies ready. Choosing another changes the
// address but loads no page. Every URL is relative, so a path in front of the page is inherited.

import { About } from "./about.js";
import { ask, HAS_API } from "./api.js";
import { Browser } from "./browse.js";
import { Hearing } from "./hearing.js";
import "./player.js";
import { Queue } from "./queue.js";
import { QueueControl } from "./queue_control.js";
import { addressOf } from "./shelf.js";
import { Similar } from "./similar.js";
import { StoreShelf } from "./store_shelf.js";
import { fetchTrack, Gone, Refused, saidOf, UNREACHABLE } from "./track_source.js";
import { Trouble } from "./trouble.js";

const player = document.querySelector("sound-player");
const shelf = document.querySelector(".shelf");
const notice = document.querySelector(".notice");
const told = document.querySelector(".told");

const EMPTY = HAS_API
  ? "Nothing is on the shelf yet. What creators publish appears here."
  : "Nothing is on the shelf yet. Package a track into this server’s store, and reload.";
const UNLISTED = "The list of tracks did not come.";
const SIMILAR_WAIT_MS = 1000; // for what takes its place before the shelf

const NAME = document.title;
const queue = new Queue();
const actions = {
  choose: (item) => choose(item),
  putNext: (item) => put(item, "putNext", "plays next."),
  putLast: (item) => put(item, "putLast", "was added to the queue."),
};

let browser = null; // of the shelf
let similar = null; // where there is the API
let about = null; // there, too
let control = null;
let listTrouble = null;
let trackTrouble = null; // with what the address asks for
let unnamed = null; // the track that is open, where the catalogue did not say what it is called
let hearing = null;
let trying = null; // until what did not come was asked for again
let isFilled = false;
let isSettled = false; // the player has its place, so that what comes under it moves no more

function say(sentence) {
  trackTrouble.hide();
  notice.textContent = sentence;
  notice.scrollIntoView({ block: "nearest" });
}

function put(item, how, what) {
  queue[how](item);
  told.textContent = `${item.title ?? "Untitled"} ${what}`;
}

function entitle(track) {
  document.title = [track.title ?? "Untitled", track.artist].filter(Boolean).join(" — ");
}

async function show(track, play) {
  player.hidden = false;
  say("");
  entitle(track);
  browser.mark(track.playback_id);
  browser.keep();
  unnamed = HAS_API && track.track_id && !("about" in track) ? track : null;
  control.plays(track);
  hearing.open(track, play);
  guarded(() => player.open(track, { play })); // it may wait for somebody to be there, and nobody for that
  await settle(Promise.all([about?.show(track), similar?.show(track.track_id)]));
}

/** Show what is under the player once what is above it is there, or has had its time. */
async function settle(above) {
  await Promise.race([above, new Promise((resolve) => setTimeout(resolve, SIMILAR_WAIT_MS))]);
  isSettled = true;
  reveal();
}

/** Open what the address asks for; where that cannot be had, nothing plays on under its name. */
async function open(wanted) {
  try {
    await show(await fetchTrack(wanted), false);
  } catch (error) {
    if (error instanceof Refused) {
      player.close();
      about?.show({});
      document.title = NAME;
      browser.mark(null);
    }
    if (error instanceof Gone || error.name === "AbortError") {
      throw error;
    }
    console.warn(error);
    trackTrouble.show(UNREACHABLE);
    notice.scrollIntoView({ block: "nearest" });
  }
}

/**
 * Play a track; until it can be had, what plays now plays on under its own address.
 *
 * `had()` is called as soon as it can. Going back leads to what was left, not to what is over.
 */
async function change(item, { had = () => {}, isOver = false } = {}) {
  const track = await fetchTrack(item);
  const isOpen = player.dataset.playbackId === item.playback_id;
  history[isOver || isOpen ? "replaceState" : "pushState"](null, "", addressOf(item));
  had();
  await show(track, true);
}

function choose(item) {
  return guarded(() => change(item, { had: () => scrollTo({ top: 0 }) })); // later, somebody may be elsewhere
}

/** Play a track of the queue, and say what came of it: it "plays", is "gone", or "away" for now. */
async function goOn(item, isOver) {
  try {
    await change(item, { isOver });
    return "plays";
  } catch (error) {
    if (error.name === "AbortError") {
      return "plays"; // another was chosen meanwhile
    }
    complain(error);
    return error instanceof Gone ? "gone" : "away";
  }
}

function reveal() {
  shelf.hidden = !(isFilled && isSettled);
}

/** Fill the shelf, with rows that wait until `first(newest)` is done, where there is the API. */
async function fill(first = () => {}) {
  try {
    const filled = await browser.fill(first);
    listTrouble.hide();
    ({ isWorthShowing: isFilled } = filled);
    return filled;
  } catch (error) {
    if (error.name !== "AbortError") {
      listTrouble.show(UNLISTED);
      isFilled = true; // the search is there, and what can be done about it
    }
    throw error;
  } finally {
    reveal();
  }
}

/** Fill it beside the track that is open. */
function fillBeside() {
  return fill().then(() => browser.mark(player.dataset.playbackId), console.warn);
}

/** Ask again for what did not come, once for whoever wishes; what plays, plays on where it was asked for. */
function again() {
  const isOpen = !player.hidden && !trackTrouble.isShown;
  trying ??= (isOpen ? Promise.all([fillBeside(), nameAgain()]) : guarded(start)).finally(() => (trying = null));
  return trying;
}

/** Ask again what the track that is open is called, where the catalogue did not say so. */
async function nameAgain() {
  const track = unnamed;
  if (track === null) {
    return;
  }
  try {
    const known = await ask(`tracks/${encodeURIComponent(track.track_id)}`);
    if (unnamed === track && known.playback_id === track.playback_id) { // else the address joins what does not belong together
      const said = saidOf(known);
      const named = { ...track, ...said };
      unnamed = null;
      player.name(said);
      entitle(named);
      control.plays(named);
      about.show(named);
      similar.show(track.track_id);
    }
  } catch (error) {
    console.warn(error);
  }
}

/** Open what the address asks for, else the newest. */
async function openFirst() {
  const asked = new URLSearchParams(location.search);
  if (asked.has("play")) {
    fillBeside();
    await open({ playback_id: asked.get("play"), track_id: asked.get("track") });
    return;
  }
  let opened;
  const seen = new Promise((resolve) => player.addEventListener("trackseen", resolve, { once: true }));
  const { newest, complete, hasMore } = await fill((first) => {
    opened = first && open(first);
    return Promise.race([seen, opened?.catch(() => {})]); // what is above is seen first
  });
  if (newest) {
    await (opened ?? open(newest));
  } else if (!hasMore) {
    say(complete ? EMPTY : UNREACHABLE);
  }
}

async function start() {
  try {
    await openFirst();
  } finally {
    await settle();
  }
}

async function guarded(action) {
  try {
    await action();
  } catch (error) {
    if (error.name !== "AbortError") {
      complain(error);
    }
  }
}

function complain(error) {
  console.warn(error);
  say(error instanceof Refused ? error.message : UNREACHABLE);
}

/** Show the track that plays, and the shelf, as they are now that it is complete. */
async function renew(track) {
  entitle(track);
  if (!HAS_API) {
    await fill();
  }
  browser.mark(player.dataset.playbackId);
}

/** Begin, and follow the address from then on. */
export function startHome() {
  browser = HAS_API ? new Browser(shelf, actions) : new StoreShelf(shelf, actions);
  about = HAS_API ? new About(document.querySelector(".about")) : null;
  similar = HAS_API ? new Similar(document.querySelector(".similar"), actions.choose) : null;
  listTrouble = new Trouble(shelf.querySelector(".away"), again, () => shelf.querySelector(".tracks a"));
  trackTrouble = new Trouble(notice, again, () => player.querySelector(".play"));
  control = new QueueControl(player, queue, goOn);
  hearing = new Hearing(player.querySelector("audio"));
  player.addEventListener("trackready", ({ detail }) => guarded(() => renew(detail)));
  shelf.addEventListener("listed", () => listTrouble.hide());
  addEventListener("online", nameAgain);
  addEventListener("popstate", () => guarded(start));
  guarded(start);
}
