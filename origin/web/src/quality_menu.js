// The menu of qualities: one rung, or any, as the player finds best.

import { quality } from "./facts.js";

/** Offer the renditions of a track, the best first; `chosen` is a rung, or null for any. */
export function offerQualities(menu, renditions, chosen) {
  const descending = [...renditions].sort((a, b) => b.bitrate_bps - a.bitrate_bps);
  const options = descending.map((rendition) => new Option(quality(rendition), rendition.rung));
  menu.replaceChildren(new Option("Auto", ""), ...options);
  menu.value = chosen ?? "";
}
