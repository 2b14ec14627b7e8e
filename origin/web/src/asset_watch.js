// Follows all of one's assets by their server-sent events: one stream a page, since a browser has
// but six connections to a host, for all of its tabs.
//
// The browser connects again by itself where the connection broke; where the server refused (it is
// being replaced, or there are too many streams), that is left to us.

import { ask, query } from "./api.js";
import { checkStill } from "./session.js";

const KINDS = [
  "asset.created", "asset.playable", "asset.ready", "asset.errored", "asset.repackaging",
  "asset.repackaging_failed", "asset.playback_id_replaced", "asset.deleted", "progress",
];
const GONE = new Set([404, 410]);
const SIGNED_OUT = 401;
const PAUSE_MS = 5000;
const PAUSE_MAX_MS = 40_000; // what is refused counts as asked, too, and there may be hundreds of them

/**
 * Call `changed(asset)` whenever something becomes of one of a user's assets; `look(id)` asks for one now.
 *
 * Of one that is not there any more, its id is told, and "deleted" for its state. `unsettled()` names
 * those that are asked for whenever the stream begins: what became of them meanwhile was not told.
 */
export function watchAssets(user, changed, unsettled) {
  const asking = new Map(); // by asset: whether to ask once more when the answer is here, or none came
  let after = null; // the number of the last event that came

  async function look(assetId) {
    if (asking.has(assetId)) {
      asking.set(assetId, true);
      return;
    }
    let pause_ms = PAUSE_MS;
    try {
      do {
        asking.set(assetId, false);
        const asset = await said(assetId, user);
        if (asset) {
          changed(asset);
        } else if (asset === null) {
          await new Promise((resolve) => setTimeout(resolve, pause_ms));
          pause_ms = Math.min(2 * pause_ms, PAUSE_MAX_MS);
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

/**
 * Return what the server says of an asset, null where it does not just now, and undefined to who is signed out.
 *
 * Also to somebody else, who may be signed in by now, it says that there is none.
 */
async function said(assetId, user) {
  try {
    return await ask(`assets/${assetId}`).catch(async (error) => {
      if (!GONE.has(error.status)) {
        throw error;
      }
      await checkStill(user);
      return { id: assetId, state: "deleted" };
    });
  } catch ({ status }) {
    return status === SIGNED_OUT ? undefined : null; // once signed in, the stream begins anew
  }
}
