// A creator's own tracks: what state they are in, how often they were played, and changing them.

import { ask } from "./api.js";
import { watchAssets } from "./asset_watch.js";
import { element } from "./element.js";
import { OwnTrack } from "./own_track.js";
import { enter } from "./session.js";

const AT_ONCE = 50;
const NONE = "There is nothing yet.";

/** Show the page in `main`. */
export async function start(main) {
  if ((await enter(main, "My tracks")) === null) {
    return;
  }
  const said = element("p", { className: "lead", role: "status" });
  const list = element("ol", { className: "own-tracks" });
  const more = element("button", { type: "button", className: "more", hidden: true }, "Show more");
  main.append(list, more, said);
  const byAsset = new Map();
  const unsettled = () => [...byAsset].filter(([, own]) => !own.isSettled).map(([assetId]) => assetId);
  const watch = watchAssets((asset) => byAsset.get(asset.id)?.tell(asset), unsettled);
  let next = null;

  async function goOn() {
    more.disabled = true;
    try {
      const page = await ask(`me/tracks?limit=${AT_ONCE}${next ? `&cursor=${encodeURIComponent(next)}` : ""}`);
      next = page.next;
      list.append(...page.items.map(row));
      said.replaceChildren(...(list.childElementCount ? [] : [`${NONE} `, element("a", { href: "upload" }, "Upload a track")]));
    } catch (error) {
      console.warn(error);
      said.textContent = error.message;
    }
    more.disabled = false;
    more.hidden = next === null;
  }

  function row(track) {
    const own = new OwnTrack(track);
    if (track.asset_id) {
      byAsset.set(track.asset_id, own);
      if (!own.isSettled) {
        watch.look(track.asset_id);
      }
    }
    return own.root;
  }

  more.addEventListener("click", goOn);
  await goOn();
}
