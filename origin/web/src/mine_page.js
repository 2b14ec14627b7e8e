// A creator's own tracks: what state they are in, how often they were played, and changing them.

import { ask, sentenceOf } from "./api.js";
import { watchAssets } from "./asset_watch.js";
import { element, isAt } from "./element.js";
import { OwnTrack } from "./own_track.js";
import { enter } from "./session.js";

const AT_ONCE = 50;
const NONE = "There is nothing yet.";
const MORE = "Show more";
const AGAIN = "Try again";

/** Show the page in `main`. */
export async function start(main) {
  const user = await enter(main, "My tracks");
  if (user === null) {
    return;
  }
  const said = element("p", { className: "lead", role: "status" });
  const list = element("ol", { className: "own-tracks" });
  const more = element("button", { type: "button", className: "more", hidden: true }, MORE);
  main.append(list, more, said);
  const rows = [];
  const early = new Map(); // assets that were told of before the rows of their tracks were here
  const unsettled = () => rows.filter((own) => own.assetId && !own.isSettled).map((own) => own.assetId);
  const watch = watchAssets(user, changed, unsettled);
  let next = null;
  let isAsking = false;

  /** Tell the row of an asset, which may be one that its track had not when it was listed. */
  function changed(asset) {
    const own = rows.find(({ assetId }) => assetId === asset.id) ?? rows.find(({ trackId }) => trackId === asset.track_id);
    if (own) {
      own.tell(asset);
    } else {
      early.set(asset.track_id, asset.id);
    }
  }

  /** Show more of them; return the first of these rows, if there is one. */
  async function goOn() {
    if (isAsking) {
      return undefined;
    }
    isAsking = true;
    let made = [];
    let failed = false;
    try {
      const page = await ask(`me/tracks?limit=${AT_ONCE}${next ? `&cursor=${encodeURIComponent(next)}` : ""}`);
      next = page.next;
      made = page.items.map(row);
      list.append(...made);
      say();
    } catch (error) {
      console.warn(error);
      said.textContent = sentenceOf(error);
      failed = true;
    }
    isAsking = false;
    more.textContent = failed ? AGAIN : MORE;
    more.hidden = next === null && !failed;
    return made[0];
  }

  /** Say that there is nothing, if so, behind what else is to be said. */
  function say(...first) {
    const isEmpty = list.childElementCount === 0 && next === null;
    said.replaceChildren(...first, ...(isEmpty ? [`${NONE} `, element("a", { href: "upload" }, "Upload a track")] : []));
  }

  /** Take away the row of a track that was deleted; the keyboard goes on beside it. */
  function left(own) {
    const beside = own.root.nextElementSibling ?? own.root.previousElementSibling;
    const hadFocus = own.root.contains(document.activeElement);
    rows.splice(rows.indexOf(own), 1);
    own.root.remove();
    say("“", element("bdi", {}, own.title), "” was deleted. ");
    if (hadFocus) {
      (beside?.querySelector("button:not([hidden])") ?? said.querySelector("a") ?? more).focus();
    }
  }

  function row(track) {
    const own = new OwnTrack(track, user, left);
    rows.push(own);
    const assetId = early.get(track.id) ?? track.asset_id;
    if (assetId && !own.isSettled) {
      watch.look(assetId);
    }
    return own.root;
  }

  more.addEventListener("click", async () => {
    const first = await goOn();
    if (isAt(more)) {
      first?.querySelector("a[href], button:not([hidden])").focus(); // the button may be gone, and the keyboard goes on here
    }
  });
  await goOn();
}
