// Keys that work wherever the focus is, unless what has the focus uses them itself.

import { toggleMute } from "./volume.js";

const STEP_S = 5;
const TAKES_SPACE = "button, a, input, select";
const TAKES_ARROWS = "input, select";

/** Whether a key is an input method's; Safari ends the composition first, and tells of the key by 229. */
export function isComposed({ isComposing, keyCode }) {
  return isComposing || keyCode === 229;
}

/** Let the keyboard play, pause, mute and step through `player`, which holds `audio`. */
export function bindKeys(player, audio) {
  const actions = {
    " ": [TAKES_SPACE, () => player.toggle()],
    ArrowLeft: [TAKES_ARROWS, () => player.skip(-STEP_S)],
    ArrowRight: [TAKES_ARROWS, () => player.skip(STEP_S)],
    m: [TAKES_ARROWS, () => toggleMute(audio)],
  };
  document.addEventListener("keydown", (event) => {
    const [taken, act] = actions[event.key] ?? [];
    const isOthers = isComposed(event) || event.altKey || event.ctrlKey || event.metaKey;
    if (act && !isOthers && !player.hidden && !event.target.closest(taken)) {
      event.preventDefault();
      act();
    }
  });
}
