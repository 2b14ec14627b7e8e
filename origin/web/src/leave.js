// Leave to play, where the server gives sound to nobody without a playback token: who owns a track
// has one issued, and plays under it. Whoever else plays it got a link from its publisher.

import { ask, HAS_API } from "./api.js";

const UNDER_TOKEN = /^t\/[^/]+\//;
const YOUNG_MS = 30_000; // no token ends sooner

const leave = new Map(); // what stands in front of addresses, by playback id
const given_ms = new Map(); // when, by playback id

/** Return the address of a track's playlist or of what is said of it, under a token where one was needed. */
export function fileOf(playbackId, ending) {
  return `${before(playbackId)}${encodeURIComponent(playbackId)}.${ending}`;
}

/** Fetch what is said of a track, with a token where there has to be one; who may have none gets the refusal. */
export async function fetchAbout(playbackId, signal) {
  const response = await fetch(fileOf(playbackId, "json"), { signal });
  if (response.status !== 401 || !(await isGiven(playbackId, signal))) {
    return response;
  }
  return fetch(fileOf(playbackId, "json"), { signal });
}

/** Return what an answer says of a track, with addresses as they are from this page. */
export async function readAbout(playbackId, response) {
  const track = await response.json();
  if (!leave.has(playbackId)) {
    return track;
  }
  return readdressed(track, (uri) => before(playbackId) + uri);
}

/** Tell whether the token may have ended under which a track plays, where there is one. */
export function mayHaveEnded(track) {
  return isFollowed(track) || performance.now() - given_ms.get(track.playback_id) > YOUNG_MS;
}

/** Return a track with addresses under a newer token, if it had one and there is one to be had. */
export async function renewed(track) {
  const { playback_id } = track;
  if (!leave.has(playback_id) || !(isFollowed(track) || (await isGiven(playback_id)))) {
    return track;
  }
  return readdressed(track, (uri) => before(playback_id) + uri.replace(UNDER_TOKEN, ""));
}

// Another has been given meanwhile: who follows what is being prepared may notice the end first.
function isFollowed({ playback_id, hls }) {
  return leave.has(playback_id) && hls?.startsWith(before(playback_id)) === false;
}

// Pictures need none, and are the same that lists have shown.
function readdressed({ hls, dash, waveform, ...others }, at) {
  const given = (uri) => uri && at(uri);
  return {
    ...others,
    hls: given(hls),
    dash: given(dash),
    waveform: waveform && { json: given(waveform.json), binary: given(waveform.binary) },
  };
}

function before(playbackId) {
  return leave.get(playbackId) ?? "";
}

async function isGiven(playbackId, signal) {
  if (!HAS_API) {
    return false;
  }
  try {
    const { token } = await ask("playback-tokens", { method: "POST", body: { playback_id: playbackId }, signal });
    leave.set(playbackId, `t/${token}/`);
    given_ms.set(playbackId, performance.now());
    return true;
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    return false;
  }
}
