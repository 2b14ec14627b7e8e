// The mark of tracks whose words are not for everybody.

import { element } from "./element.js";

/** Put the mark in front of what is in `line`, where a track is explicit. */
export function markExplicit(line, { explicit }) {
  if (explicit) {
    line.prepend(element("span", { className: "explicit", role: "img", title: "Explicit", "aria-label": "Explicit" }, "E"), " ");
  }
  return line;
}
