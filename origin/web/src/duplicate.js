// Whether a file was uploaded before: that is told, and is no reason against it.

import { ask } from "./api.js";
import { element } from "./element.js";
import { addressOf } from "./shelf.js";

const SAID = "You uploaded the same file before";

/** Return what to say of an upload that is complete, null where its file is new. */
export async function duplicateOf({ id }) {
  const { duplicate_of } = await ask(`uploads/${id}`);
  if (duplicate_of === null) {
    return null;
  }
  const track = await trackOf(duplicate_of).catch(() => null); // it may have been deleted since
  const told = track ? [`${SAID}: `, named(track), "."] : [`${SAID}.`];
  return element("p", { className: "duplicate", role: "status" }, ...told);
}

async function trackOf(assetId) {
  const { track_id } = await ask(`assets/${assetId}`);
  return track_id && ask(`tracks/${track_id}`);
}

function named({ id, title, playback_id }) {
  const link = element("a", { dir: "auto" }, title);
  if (playback_id) {
    link.href = `./${addressOf({ playback_id, track_id: id })}`;
  }
  return link;
}
