// Follows assets by their server-sent events.
//
// The browser connects again by itself where the connection broke; where the server refused (it is
// being replaced, or there are too many streams), that is left to us.

import { ask } from "./api.js";

const KINDS = [
  "asset.created", "asset.playable", "asset.ready", "asset.errored", "asset.repackaging",
  "asset.repackaging_failed", "asset.playback_id_replaced", "asset.deleted", "progress",
];
const PAUSE_MS = 5000;

/**
 * Call `changed(asset)` now and whenever something becomes of an asset; return what ends it.
 *
 * Of one that is not there any more, its id is told, and "deleted" for its state.
 */
export function watchAsset(assetId, changed) {
  return listen(`v1/assets/${assetId}/events`, () => assetId, assetId, changed);
}

/** Call `changed(asset)` whenever something becomes of one of my assets; return what ends it. */
export function watchAssets(changed) {
  return listen("v1/assets/events", ({ asset_id }) => asset_id, null, changed);
}

function listen(path, assetOf, first, changed) {
  const asking = new Map(); // by asset: whether to ask once more when the answer is here
  let stream;
  let timer;
  let isOver = false;

  async function look(assetId) {
    if (asking.has(assetId)) {
      asking.set(assetId, true);
      return;
    }
    asking.set(assetId, false);
    const asset = await ask(`assets/${assetId}`).catch(({ status }) =>
      status === 404 || status === 410 ? { id: assetId, state: "deleted" } : null, // the next event asks again
    );
    const again = asking.get(assetId);
    asking.delete(assetId);
    if (asset !== null && !isOver) {
      changed(asset);
    }
    if (again && !isOver) {
      look(assetId);
    }
  }

  function connect() {
    stream = new EventSource(path);
    for (const kind of KINDS) {
      stream.addEventListener(kind, ({ data }) => look(assetOf(JSON.parse(data))));
    }
    // So long away that not all is kept which was missed.
    stream.addEventListener("reset", async () => {
      const mine = first === null ? await ask("assets?limit=100").catch(() => null) : null;
      for (const asset of isOver ? [] : (mine?.items ?? [])) {
        changed(asset);
      }
    });
    if (first !== null) {
      stream.addEventListener("open", () => look(first)); // what happened before, or while away
    }
    stream.addEventListener("error", () => {
      if (stream.readyState === EventSource.CLOSED && !isOver) {
        timer = setTimeout(connect, PAUSE_MS);
      }
    });
  }

  connect();
  return () => {
    isOver = true;
    clearTimeout(timer);
    stream.close();
  };
}
