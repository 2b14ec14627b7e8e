// Who finds a track, as a choice.

import { element } from "./element.js";

const VISIBILITIES = { public: "Everybody", unlisted: "Whoever has the link", private: "Only me (who has its address can still hear it)" };

/** Make the menu. */
export function visibilityMenu(value) {
  const options = Object.entries(VISIBILITIES).map(([key, text]) => new Option(text, key, false, key === value));
  return element("select", { name: "visibility" }, ...options);
}
