// The page for listeners: a shelf of what is published, and one player.
//
// `?play=ID` opens that track; without it the newest one lies ready. Choosing another changes the
// address but loads no page. Every URL is relative, so a path in front of the page is inherited.

import { HAS_API } from "./api.js";
import { HomeShelf } from "./home_shelf.js";
import { Notice } from "./notice.js";
import { OpenTrack } from "./open_track.js";
import "./player.js";
import { Queue } from "./queue.js";
import { addressOf } from "./shelf.js";
import { fetchTrack, Gone, Refused, UNREACHABLE } from "./track_source.js";

const EMPTY = HAS_API
  ? "Nothing is on the shelf yet. What creators publish appears here."
  : "Nothing is on the shelf yet. Package a track into this server’s store, and reload.";

const player = document.querySelector("sound-player");
const told = document.querySelector(".told");
const queue = new Queue();
const actions = {
  choose: (item) => choose(item),
  putNext: (item) => put(item, "putNext", "plays next."),
  putLast: (item) => put(item, "putLast", "was added to the queue."),
};

let notice = null;
let shelf = null;
let opened = null; // the track that is open
let trying = null; // until what did not come was asked for again

function put(item, how, what) {
  queue[how](item);
  told.textContent = `${item.title ?? "Untitled"} ${what}`;
}

async function show(track, play) {
  const { played, said } = opened.show(track, play);
  notice.say("");
  shelf.mark(track.playback_id);
  shelf.keep();
  notice.guard(() => played); // it may wait for somebody to be there, and nobody for that
  await shelf.settle(said);
}

/** Open what the address asks for; where that cannot be had, nothing plays on under its name. */
async function open(wanted) {
  try {
    await show(await fetchTrack(wanted), false);
  } catch (error) {
    if (error instanceof Refused) {
      opened.close();
      shelf.mark(null);
    }
    if (error instanceof Gone || error.name === "AbortError") {
      throw error;
    }
    notice.offerAgain(error);
  }
}

/**
 * Play a track; until it can be had, what plays now plays on under its own address.
 *
 * `had()` is called as soon as it can. Going back leads to what was left, not to what is over.
 */
async function change(item, { had = () => {}, isOver = false } = {}) {
  const track = await fetchTrack(item);
  const isOpen = opened.playbackId === item.playback_id;
  history[isOver || isOpen ? "replaceState" : "pushState"](null, "", addressOf(item));
  had();
  await show(track, true);
}

function choose(item) {
  return notice.guard(() => change(item, { had: bringIntoSight })); // later, somebody may be elsewhere
}

/** Have the player seen, and the keyboard there, where what it chose goes away: others are similar then. */
function bringIntoSight() {
  scrollTo({ top: 0 });
  if (document.querySelector(".similar").contains(document.activeElement)) {
    player.querySelector(".play").focus({ preventScroll: true });
  }
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
    notice.complain(error);
    return error instanceof Gone ? "gone" : "away";
  }
}

/** Ask again for what did not come, once for whoever wishes; what plays, plays on where it was asked for. */
function again() {
  const isOpen = opened.isThere && !notice.offersAgain;
  const asked = () => (isOpen ? Promise.all([shelf.fillBeside(), opened.nameAgain()]) : start());
  trying ??= asked().finally(() => (trying = null));
  return trying;
}

/** Open what the address asks for, else the newest. */
async function openFirst() {
  const asked = new URLSearchParams(location.search);
  if (asked.has("play")) {
    shelf.fillBeside();
    await open({ playback_id: asked.get("play"), track_id: asked.get("track") });
    return;
  }
  let opening;
  const seen = new Promise((resolve) => player.addEventListener("trackseen", resolve, { once: true }));
  const { newest, complete, hasMore } = await shelf.fill((first) => {
    opening = first && open(first);
    return Promise.race([seen, opening?.catch(() => {})]); // what is above is seen first
  });
  if (newest) {
    await (opening ?? open(newest));
  } else if (!hasMore) {
    notice.say(complete ? EMPTY : UNREACHABLE);
  }
}

function start() {
  return notice.guard(async () => {
    try {
      await openFirst();
    } finally {
      await shelf.settle();
    }
  });
}

/** Show the track that plays, and the shelf, as they are now that it is complete. */
async function renew(track) {
  opened.entitle(track);
  if (!HAS_API) {
    await shelf.fill();
  }
}

/** Begin, and follow the address from then on. */
export function startHome() {
  notice = new Notice(document.querySelector(".notice"), again, () => player.querySelector(".play"));
  shelf = new HomeShelf(document.querySelector(".shelf"), actions, again);
  opened = new OpenTrack(player, queue, { choose, goOn });
  player.addEventListener("trackready", ({ detail }) => notice.guard(() => renew(detail)));
  addEventListener("popstate", start);
  start();
}
