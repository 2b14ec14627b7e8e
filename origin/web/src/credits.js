// The credits: what the track that plays is called, who made it, and its cover.

import { showCover } from "./cover.js";
import { markExplicit } from "./explicit.js";

/** Show them in the elements of the player's template; wait until the cover is seen. */
export function showCredits(root, track) {
  const title = root.querySelector(".title");
  title.textContent = title.title = track.title ?? "Untitled";
  const byline = root.querySelector(".byline");
  byline.textContent = [track.artist, track.album].filter(Boolean).join(" — ");
  markExplicit(byline, track);
  return showCover(root, track);
}

/**
 * Join what the origin says of a track now that it is complete to what was shown, which the catalogue may have said.
 *
 * It plays on from where it does: the other address may be under another token.
 */
export function completed(shown, track) {
  const { title, artist, album, explicit, artwork, placeholder, hls } = shown;
  const cover = artwork.length > 0 ? { artwork, placeholder } : {};
  const named = { title: title ?? track.title, artist: artist ?? track.artist, explicit };
  return { ...track, ...named, album: album ?? track.album, ...cover, hls };
}
