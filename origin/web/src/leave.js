// Leave to play, where the server gives sound to nobody without a playback token: who owns a track
// has one issued, and plays under it. Whoever else plays it got a link from its publisher.

import { ask, HAS_API } from "./api.js";

const leave = new Map(); // what stands in front of addresses, by playback id

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
  const at = (uri) => uri && before(playbackId) + uri;
  const { hls, dash, waveform, artwork } = track;
  return {
    ...track,
    hls: at(hls),
    dash: at(dash),
    waveform: waveform && { json: at(waveform.json), binary: at(waveform.binary) },
    artwork: underToken(playbackId, artwork),
  };
}

/** Return pictures of a track with their addresses under its token, where they came with its sound. */
export function underToken(playbackId, artwork) {
  return artwork.map((one) => (one.url.startsWith("media/") ? { ...one, url: before(playbackId) + one.url } : one));
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
    return true;
  } catch (error) {
    if (signal?.aborted) {
      throw error;
    }
    return false;
  }
}
