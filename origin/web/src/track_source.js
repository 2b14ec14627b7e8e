// Where a track comes from that is to be opened: what the origin says of its sound, and what the
// catalogue says of the track, who knows better what it is called and what it looks like.

import { ask, HAS_API } from "./api.js";
import { beginningOf } from "./beginning.js";
import { foretellCover } from "./cover.js";
import { fileOf, fetchAbout, readAbout } from "./leave.js";
import { expected_bps } from "./playback.js";
import { firstVariant } from "./variants.js";

export const UNREACHABLE = "This server does not answer just now. Please try again in a moment.";
const WITHOUT_LEAVE = "This plays for its owner, and by links that its publisher gives out.";
const MISSING = "That track is not here. It may have been taken down, or the link is incomplete.";

/** A track that is not to be had; the message says so to the listener. */
export class Refused extends Error {}

/** There is no such track for this listener, and there will be none. */
export class Gone extends Refused {}

let asking = new AbortController(); // for the track that was asked for last

const FORETOLD_S = 30; // for half as long as what is said of a track is fresh
const foretold = new Map(); // when, by playback id

/** Have come what opening a track asks for first: somebody is about to choose it. */
export function foretellTrack({ playback_id }) {
  const now_s = performance.now() / 1000;
  if (navigator.connection?.saveData || now_s < (foretold.get(playback_id) ?? -FORETOLD_S) + FORETOLD_S) {
    return;
  }
  foretold.set(playback_id, now_s);
  foretell(fileOf(playback_id, "json"));
  if (window.MediaSource) {
    foretell(fileOf(playback_id, "m3u8"));
  }
}

/**
 * Have its sound's playlist come, too: somebody has pressed on it, and will mostly let go there.
 *
 * With a mouse, what sound begins with comes as well; a finger may be about to scroll.
 */
export async function foretellSound(item, pointerType) {
  foretellTrack(item);
  if (!window.MediaSource || navigator.connection?.saveData) {
    return;
  }
  try {
    const variants = await fetchPlaylist(fileOf(item.playback_id, "m3u8"));
    const variant = firstVariant(variants.text, expected_bps());
    if (variant === null) {
      return;
    }
    const media = await fetchPlaylist(variants.at(variant));
    if (pointerType === "mouse") {
      beginningOf(media.text).forEach((uri) => foretell(media.at(uri)));
    }
  } catch {
    // it is asked for again by what plays, which says what is wrong
  }
}

/** Fetch a track. An earlier one that has not come yet is no longer wanted: AbortError there. */
export async function fetchTrack({ playback_id, track_id, said }) {
  asking.abort();
  asking = new AbortController();
  const { signal } = asking;
  if (window.MediaSource) {
    foretell(fileOf(playback_id, "m3u8"), signal);
  }
  foretellCover(said ?? {});
  const known = said ?? catalogued(track_id, playback_id, signal);
  const response = await fetchAbout(playback_id, signal);
  if (!response.ok) {
    throw refusalOf(response.status);
  }
  const track = await readAbout(playback_id, response);
  const catalogue = await known;
  return catalogue === null ? track : { ...track, ...catalogue, track_id };
}

/**
 * Have the playlist come beside what is said of it: it is in the browser's cache when it is asked for.
 *
 * Not for a browser's own HLS: Chromium asks for ranges then, and mixes them with what is cached.
 */
function foretell(url, signal) {
  fetch(url, { signal }).then((response) => response.arrayBuffer()).catch(() => {});
}

function refusalOf(status) {
  if ([401, 403].includes(status)) {
    return new Gone(WITHOUT_LEAVE);
  }
  return [404, 410].includes(status) ? new Gone(MISSING) : new Refused(UNREACHABLE);
}

/** Return a playlist's text, and `at(uri)`, which makes an address of one in it; raises where it does not come. */
async function fetchPlaylist(address) {
  const response = await fetch(address);
  if (!response.ok) {
    throw new Refused(UNREACHABLE);
  }
  return { text: await response.text(), at: (uri) => new URL(uri, response.url) };
}

/**
 * Return what the catalogue says of a track, nothing where it cannot: it plays all the same.
 *
 * null where it is another's: anybody can write an address that joins a sound to a name that is not its own.
 */
async function catalogued(trackId, playbackId, signal) {
  if (!HAS_API || !trackId) {
    return {};
  }
  try {
    const track = await ask(`tracks/${encodeURIComponent(trackId)}`, { signal });
    return track.playback_id === playbackId ? saidOf(track) : null;
  } catch {
    return {};
  }
}

/** Return what the player shows of a track or a hit of the catalogue. */
export function saidOf({ title, artist, album, artwork, placeholder, explicit, ...more }) {
  const cover = artwork?.length > 0 ? { artwork, placeholder } : {};
  return { title, artist: artist?.name, album: album?.title ?? null, explicit, about: aboutOf(more), ...cover };
}

/** Return what else is said of a track; undefined of a hit, which has only some of it. */
function aboutOf({ description, genre, tags, released_on, language }) {
  return description === undefined ? undefined : { description, genre, tags, released_on, language };
}
