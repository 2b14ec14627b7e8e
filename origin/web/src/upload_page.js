// A creator's uploads: files, one after another, what each is called, and what becomes of it.

import { abandon } from "./abandon.js";
import { Refused } from "./api.js";
import { artistField } from "./artists.js";
import { watchAssets } from "./asset_watch.js";
import { make } from "./drafts.js";
import { duplicateOf } from "./duplicate.js";
import { element, isAt } from "./element.js";
import { nameOf, titleOf } from "./file_name.js";
import { filePicker } from "./file_picker.js";
import { heldPage } from "./held_page.js";
import { OpenUploads } from "./open_uploads.js";
import { checkStill, enter } from "./session.js";
import { send, SendingRefused } from "./tus.js";
import { Trouble } from "./trouble.js";
import { UploadState } from "./upload_state.js";
import { visibilityMenu } from "./visibility.js";

const BROKEN = "That did not work. Please try again in a moment.";
const UNTOLD = "This file was begun before, and the server does not say just now how far it came.";

/** Show the page in `main`. */
export async function start(main) {
  const user = await enter(main, "Upload");
  if (user === null) {
    return;
  }
  const artist = await artistField(user);
  const title = element("input", { name: "title", required: true, maxLength: 200, dir: "auto" });
  const visibility = visibilityMenu("public");
  const button = element("button", { type: "submit", className: "primary" }, "Upload");
  const leaveOut = element("button", { type: "button", className: "quiet" }, "Leave it out");
  const trouble = element("p", { className: "form-trouble", role: "alert" });
  const details = element(
    "fieldset",
    { hidden: true },
    element("legend", { className: "visually-hidden" }, "About the track"),
    element("label", {}, "Title", title),
    ...artist.fields,
    element("label", {}, "Who finds it", visibility),
    element("p", { className: "actions" }, button, leaveOut),
  );
  const picker = filePicker(choose);
  const told = element("p", { className: "lead", role: "status" });
  const untold = element("p", { className: "untold", "aria-live": "polite" });
  const away = new Trouble(untold, () => look(), () => (details.hidden ? picker : title));
  const form = element("form", { className: "form" }, picker.root, told, details, untold, trouble);
  const list = element("ol", { className: "uploads", "aria-label": "Uploads of this visit" });
  const page = heldPage();
  main.append(form, page.said, list);
  const follow = follower(user);
  const open = new OpenUploads(user);
  const waiting = []; // files that are offered behind the one that is
  let file = null;

  function choose(files) {
    const empty = files.filter(({ size }) => size === 0);
    waiting.push(...files.filter(({ size }) => size > 0));
    if (file === null) {
      offer(document.activeElement);
    } else {
      told.textContent = waits(waiting.length);
    }
    if (empty.length > 0) {
      trouble.textContent = empty.map(({ name }) => `“${name}” is empty: there is no sound in it to upload.`).join(" ");
    }
  }

  /** Offer the next file; who chose it just now was at `had`. */
  function offer(had) {
    file = waiting.shift() ?? null;
    picker.show(file);
    told.textContent = waits(waiting.length);
    trouble.textContent = "";
    details.hidden = true;
    if (file !== null) {
      look(had);
    }
  }

  /** Go on with the file's upload where it was begun before, else ask about it. */
  async function look(had) {
    let upload;
    try {
      upload = await open.recall(file);
    } catch (error) {
      console.warn(error);
      away.show(error.status === 401 ? error.message : UNTOLD);
      return;
    }
    away.hide();
    if (upload) {
      begin(upload);
      return;
    }
    title.value = titleOf(file);
    details.hidden = false;
    if (document.activeElement === had || isAt(form)) {
      title.focus();
      title.select();
    }
  }

  function begin(upload) {
    list.prepend(sending(file, upload, { open, follow, hold: page.hold, left: picker.focus }));
    offer();
  }

  /** Have the keyboard go on where it was, at `had`, or nearby, unless somebody has gone elsewhere meanwhile. */
  function goOn(had) {
    if (isAt(details)) {
      (details.hidden ? picker : had).focus();
    }
  }

  leaveOut.addEventListener("click", () => {
    offer();
    goOn(leaveOut);
  });

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    if (file === null || details.hidden) {
      return;
    }
    const had = document.activeElement;
    details.disabled = true;
    trouble.textContent = "";
    try {
      await checkStill(user);
      const track = { artist_id: await artist.chosen(), title: title.value, visibility: visibility.value };
      const upload = await make("uploads", { name: nameOf(file), size_bytes: file.size, way: "tus", track });
      open.remember(file, upload);
      begin(upload);
    } catch (error) {
      console.warn(error);
      trouble.textContent = error instanceof Refused ? error.message : BROKEN;
    }
    details.disabled = false;
    goOn(had);
  });
}

function waits(count) {
  if (count === 0) {
    return "";
  }
  return `${count} more ${count === 1 ? "file waits" : "files wait"}. The next one is asked about when this one is on its way.`;
}

/** Return what lets an upload's state show what becomes of its asset, to the user whose it is. */
function follower(user) {
  const states = new Map(); // by asset, for as long as it is being packaged
  let watch;
  const changed = (asset) => {
    states.get(asset.id)?.show(asset);
    if (asset.state !== "preparing") {
      states.delete(asset.id);
    }
  };
  return (assetId, state) => {
    states.set(assetId, state);
    watch ??= watchAssets(user, changed, () => states.keys());
    watch.look(assetId);
  };
}

/** Send a file, then follow what becomes of it; return the element that says so. `left()` is called where it goes under the keyboard. */
function sending(file, upload, { open, follow, hold, left }) {
  const stopped = new AbortController();
  const state = new UploadState(file, upload, () => stopped.abort());
  const progress = (bytes) => state.sent(bytes);
  const url = upload.send?.tus.replace(/^\//, "");
  const sent = url ? send(file, url, { progress, signal: stopped.signal }) : Promise.resolve(); // all may have come
  hold(sent);
  open.run(upload, sent);
  sent.then(
    async () => {
      open.forget(file, upload);
      state.received();
      follow(upload.asset_id, state);
      state.add(await duplicateOf(upload).catch(() => null));
    },
    async (error) => {
      const isRefused = error instanceof SendingRefused;
      if (stopped.signal.aborted) {
        const hadFocus = state.root.contains(document.activeElement);
        state.root.remove();
        if (hadFocus) {
          left();
        }
        open.forget(file, upload);
        await abandon(upload);
        return;
      }
      console.warn(error);
      state.fail(isRefused ? error.message : BROKEN);
      if (isRefused && error.isFinal) {
        open.forget(file, upload);
        await abandon(upload);
      }
    },
  );
  return state.root;
}
