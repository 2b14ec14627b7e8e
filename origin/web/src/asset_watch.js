// Follows all of one's assets by their server-sent events: one stream a page, since a browser has
// but six connections to a host, for all of its tabs.
//
// The browser connects again by itself where the connection broke; where the server refused (it is
// being replaced, or there are too many streams), that is left to us.

import { ask, query } from "./api.js";

const KINDS = [
  "asset.created", "asset.playable", "asset.ready", "asset.errored", "asset.repackaging",
  "asset.repackaging_failed", "asset.playback_id_replaced", "asset.deleted", "progress",
];
const GONE = new Set([404, 410]);
const SIGNED_OUT = new Set([401, 403]);
const PAUSE_MS = 5000;

/**
 * Call `changed(asset)` whenever something becomes of one of my assets; `look(id)` asks for one now.
 *
 * Of one that is not there any more, its id is told, and "deleted" for its state. `unsettled()` names
 * those that are asked for whenever the stream begins: what became of them meanwhile was not told.
 */
export function watchAssets(changed, unsettled) {
  const asking = new Map(); // by asset: whether to ask once more when the answer is here, or none came
  let after = null; // the number of the last event that came

  async function look(assetId) {
    if (asking.has(assetId)) {
      asking.set(assetId, true);
      return;
    }
    try {
      do {
        asking.set(assetId, false);
        const asset = await said(assetId);
        if (asset) {
          changed(asset);
        } else if (asset === null) {
          await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
          asking.set(assetId, true); // no event may come any more that has it asked about
        }
      } while (asking.get(assetId));
    } finally {
      asking.delete(assetId);
    }
  }

  function connect() {
    const stream = new EventSource(`v1/assets/events?${query({ after })}`);
    for (const kind of KINDS) {
      stream.addEventListener(kind, ({ data, lastEventId }) => {
        after = lastEventId || after;
        look(JSON.parse(data).asset_id);
      });
    }
    // So long away that not all is kept which was missed.
    stream.addEventListener("reset", async ({ lastEventId }) => {
      after = lastEventId || after;
      const mine = await ask("assets?limit=100").catch(() => null);
      for (const asset of mine?.items ?? []) {
        changed(asset);
      }
    });
    stream.addEventListener("open", () => {
      for (const assetId of unsettled()) {
        look(assetId);
      }
    });
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED) {
        setTimeout(connect, PAUSE_MS);
      }
    });
  }

  connect();
  return { look };
}

/** Return what the server says of an asset, null where it does not just now, and undefined to who is signed out. */
async function said(assetId) {
  try {
    return await ask(`assets/${assetId}`);
  } catch ({ status }) {
    if (GONE.has(status)) {
      return { id: assetId, state: "deleted" };
    }
    return SIGNED_OUT.has(status) ? undefined : null; // once signed in, the stream begins anew
  }
}
