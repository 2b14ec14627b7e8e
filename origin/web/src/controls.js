// The player's controls: its buttons, its menus and its keys.

import { bindKeys } from "./keys.js";
import { bindVolume } from "./volume.js";

/** Let the template's controls, and the keyboard, act on `player`, which holds `audio`. */
export function bindControls(player, audio) {
  player.querySelector(".play").addEventListener("click", () => player.toggle());
  player.querySelector(".quality-menu").addEventListener("change", ({ target }) => player.choose(target.value || null));
  for (const button of player.querySelectorAll("[data-skip-s]")) {
    button.addEventListener("click", () => player.skip(Number(button.dataset.skipS)));
  }
  bindVolume(player, audio);
  bindKeys(player, audio);
}
