// One row of one's own tracks.

import { ask, sentenceOf } from "./api.js";
import { clock } from "./clock.js";
import { placeholder, setOf } from "./cover.js";
import { element, isAt } from "./element.js";
import { PlayDays } from "./play_days.js";
import { checkStill } from "./session.js";
import { addressOf } from "./shelf.js";
import { TrackForm } from "./track_form.js";
import { whyNot } from "./upload_state.js";

const SURE = "Delete this track and its sound? It stops playing everywhere, and does not come back.";

export class OwnTrack {
  root;
  #track;
  #user;
  #title;
  #state;
  #form;
  #said;
  #standIn = element("span"); // for its cover
  #thumb;
  #plays;
  #days;
  #editing;
  #retrying;
  #named = []; // buttons, with what each does to the track
  #isBusy = false;
  #sentence = null; // of its sound, where there is more to say than its state
  #isSettled;
  #left;

  /** Show it to the user whose it is; `left(own)` is called once it is deleted. */
  constructor(track, user, left) {
    this.#track = track;
    this.#user = user;
    this.#left = left;
    this.#isSettled = track.playback_id !== null && track.duration_s !== null;
    this.#title = element("a", { className: "name", dir: "auto" });
    this.#state = element("p", { className: "state" });
    this.#said = element("p", { className: "form-trouble", role: "alert" });
    const plays = `${track.play_count.toLocaleString()} ${track.play_count === 1 ? "play" : "plays"}`;
    this.#thumb = element("img", { className: "thumb", alt: "", width: 48, height: 48, loading: "lazy", decoding: "async", hidden: true });
    this.#plays = this.#button("Plays per day", () => this.#chart());
    this.#plays.setAttribute("aria-expanded", "false");
    this.#editing = this.#button("Edit", () => this.#edit());
    this.#editing.setAttribute("aria-expanded", "false");
    this.#retrying = this.#button("Try again with", () => this.#retry());
    this.#retrying.textContent = "Try again";
    this.#retrying.hidden = true;
    const remove = this.#button("Delete", () => this.#delete());
    this.root = element(
      "li",
      {},
      this.#standIn,
      this.#thumb,
      this.#title,
      this.#state,
      element("p", { className: "plays" }, plays),
      element("p", { className: "actions" }, this.#retrying, this.#plays, this.#editing, remove),
      this.#said,
    );
    this.#show();
  }

  get title() {
    return this.#track.title;
  }

  get trackId() {
    return this.#track.id;
  }

  /** The asset that is its sound, null where it has none. */
  get assetId() {
    return this.#track.asset_id;
  }

  /** Whether nothing more becomes of its sound by itself. */
  get isSettled() {
    return this.#isSettled;
  }

  /** Show the state of its sound. */
  tell(asset) {
    this.#isSettled = asset.state !== "preparing";
    if (asset.state === "deleted") {
      Object.assign(this.#track, { playback_id: null, asset_id: null });
      this.#retrying.hidden = true;
      this.#sentence = null;
      this.#show();
      return;
    }
    this.#track.asset_id = asset.id;
    const isPlayable = asset.is_playable && asset.state !== "errored";
    this.#retrying.hidden = !(asset.state === "errored" && asset.error?.can_retry);
    this.#track.playback_id = isPlayable ? asset.playback_ids[0].id : null;
    this.#track.duration_s = asset.duration_s ?? this.#track.duration_s;
    const whole = Math.floor(asset.progress * 100);
    this.#sentence = {
      ready: null,
      preparing: asset.stalled ? asset.advice : `Being packaged, ${whole} %`,
      errored: asset.state === "errored" ? whyNot(asset) : null,
    }[asset.state];
    this.#show();
  }

  #show() {
    const { title, playback_id, id, artist, visibility, duration_s, asset_id } = this.#track;
    this.#title.textContent = title;
    this.#named.forEach(([button, text]) => button.setAttribute("aria-label", `${text} ${title}`));
    if (playback_id) {
      this.#title.href = `./${addressOf({ playback_id, track_id: id })}`;
    } else {
      this.#title.removeAttribute("href");
    }
    const state = this.#sentence ?? (asset_id === null ? "No sound" : playback_id ? "Ready" : "Being packaged");
    this.#showCover();
    const length = duration_s === null ? null : clock(duration_s);
    this.#state.textContent = [artist.name, state, visibility, length].filter(Boolean).join(" · ");
  }

  #showCover() {
    const { artwork, playback_id, id } = this.#track;
    const standIn = placeholder({ ...this.#track, playback_id: playback_id ?? id }, "thumb-placeholder");
    this.#standIn.replaceWith(standIn);
    this.#standIn = standIn;
    this.#thumb.hidden = artwork.length === 0;
    if (artwork.length > 0) {
      this.#thumb.srcset = setOf(artwork);
      this.#thumb.sizes = "3rem";
      this.#thumb.src = artwork[0].url;
    }
  }

  #chart() {
    this.#plays.setAttribute("aria-expanded", String(!this.#days));
    if (this.#days) {
      this.#days.close();
      this.#days = undefined;
      return;
    }
    this.#days = new PlayDays(this.#track);
    this.root.append(this.#days.root);
    this.#days.show();
  }

  #button(text, action) {
    const button = element("button", { type: "button", className: "quiet" }, text);
    button.addEventListener("click", action);
    this.#named.push([button, text]);
    return button;
  }

  #edit() {
    if (this.#form) {
      this.#close();
      return;
    }
    const form = new TrackForm(this.#track, () => this.#guarded(() => this.#save(form)));
    this.#form = form.root;
    this.root.append(this.#form);
    this.#editing.setAttribute("aria-expanded", "true");
    form.focus();
  }

  async #save(form) {
    form.isSaving = true;
    try {
      await this.#send(form);
    } finally {
      form.isSaving = false;
    }
  }

  async #send({ root, changes, cover }) {
    if (Object.keys(changes).length > 0) {
      this.#take(await ask(this.#path, { method: "PATCH", body: changes }));
      this.#show(); // the cover may be refused
    }
    if (cover.files.length > 0) {
      this.#take(await ask(`${this.#path}/artwork`, { method: "PUT", body: cover.files[0] }));
    }
    this.#show();
    if (this.#form === root) {
      this.#close(); // else somebody has closed it meanwhile
    }
  }

  /** Take what is said now of the track; what is known of its sound is newer here. */
  #take(said) {
    const { playback_id, duration_s } = this.#track;
    Object.assign(this.#track, said, { playback_id, duration_s });
  }

  #retry() {
    return this.#guarded(async () => {
      this.tell(await ask(`assets/${this.#track.asset_id}/retry`, { method: "POST" }));
      if (isAt(this.#retrying)) {
        this.#editing.focus();
      }
    });
  }

  #close() {
    const wasHere = isAt(this.#form);
    this.#form.remove();
    this.#form = undefined;
    this.#editing.setAttribute("aria-expanded", "false");
    if (wasHere) {
      this.#editing.focus();
    }
  }

  #delete() {
    if (this.#isBusy || !confirm(SURE)) {
      return;
    }
    this.#guarded(async () => {
      if (this.#track.asset_id) {
        await this.#end(`assets/${this.#track.asset_id}`);
      }
      await this.#end(this.#path);
      this.#days?.close();
      this.#left(this);
    });
  }

  get #path() {
    return `tracks/${this.#track.id}`;
  }

  /** Do something, and say where it fails; meanwhile, whatever else is pressed here does nothing. */
  async #guarded(action) {
    if (this.#isBusy) {
      return;
    }
    this.#isBusy = true;
    this.root.setAttribute("aria-busy", "true");
    this.#said.textContent = "";
    let said = "";
    try {
      await action();
    } catch (error) {
      console.warn(error);
      said = sentenceOf(error);
    }
    this.#isBusy = false;
    this.root.setAttribute("aria-busy", "false");
    this.#said.textContent = said; // behind that, as what is busy is not read out
  }

  /** Delete something, which may be gone already. */
  async #end(path) {
    try {
      await ask(path, { method: "DELETE" });
    } catch (error) {
      if (error.status === 404) {
        await checkStill(this.#user);
      } else if (error.status !== 410) {
        throw error;
      }
    }
  }
}
