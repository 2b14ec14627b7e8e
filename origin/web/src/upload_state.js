// One upload as its creator sees it: sent, packaged, playable, ready.

import { element } from "./element.js";
import { addressOf } from "./shelf.js";

export class UploadState {
  root;
  #file;
  #upload;
  #bar;
  #said;
  #actions;
  #percent;

  /** `stop()` is called where the creator wants no more of it. */
  constructor(file, upload, stop) {
    this.#file = file;
    this.#upload = upload;
    this.#said = element("p", { className: "state", role: "status" }, "Waiting to be sent");
    this.#percent = element("span", { className: "percent" });
    this.#bar = element("progress", { max: 1, value: 0, "aria-label": `Progress of ${file.name}` });
    const cancel = element("button", { type: "button", className: "quiet" }, "Cancel");
    cancel.addEventListener("click", () => stop());
    this.#actions = element("p", { className: "actions" }, cancel);
    const name = element("p", { className: "name", dir: "auto" }, file.name);
    this.root = element("li", {}, name, this.#said, this.#bar, this.#percent, this.#actions);
  }

  /** So many bytes are there. */
  sent(bytes) {
    this.#say("Sending");
    this.#move(bytes / this.#file.size);
  }

  /** All of it is there. */
  received() {
    this.#clear();
    this.#say("Received, waiting to be packaged");
    this.#bar.removeAttribute("value");
  }

  /** It has come to nothing. */
  fail(sentence) {
    this.root.classList.add("is-failed");
    this.#say(sentence);
    this.#bar.hidden = true;
    this.#percent.textContent = "";
    this.#clear();
  }

  /** Say one thing more of it, if there is one. */
  add(told) {
    this.root.append(...(told ? [told] : []));
  }

  /** Show what has become of it. */
  show(asset) {
    if (asset.state === "deleted") {
      this.fail("It was deleted.");
      return;
    }
    if (asset.state === "errored") {
      this.fail(whyNot(asset));
      return;
    }
    this.root.dataset.state = asset.state;
    if (asset.is_playable && this.#actions.childElementCount === 0) {
      const { playback_id, track_id } = this.#upload;
      const href = `./${addressOf({ playback_id, track_id })}`;
      this.#actions.append(element("a", { href }, "Listen"), element("a", { href: "mine" }, "My tracks"));
    }
    if (asset.state === "ready") {
      this.#say("Ready");
      this.#move(1);
    } else if (asset.stalled) {
      this.#say(asset.advice);
    } else {
      this.#say(asset.is_playable ? "It plays already; the rest is being packaged" : "Being packaged");
      this.#move(asset.progress);
    }
  }

  /** Take away what could be done; whose keyboard was there stays with this upload. */
  #clear() {
    const hadFocus = this.#actions.contains(document.activeElement);
    this.#actions.replaceChildren();
    if (hadFocus) {
      this.root.tabIndex = -1;
      this.root.focus();
    }
  }

  #move(part) {
    this.#bar.value = part;
    this.#percent.textContent = `${Math.floor(part * 100)} %`;
  }

  #say(sentence) {
    if (this.#said.textContent !== sentence) {
      this.#said.textContent = sentence; // said once, however often it is told
    }
  }
}

/** Say why there is no sound, and what to do; what was found in the file says both, of that very file. */
export function whyNot({ error }) {
  const said = error?.detail ?? [error?.sentence, error?.remedy].filter(Boolean).join(" ");
  return said || "It could not be packaged.";
}
