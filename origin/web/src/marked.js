// What matched of a text, made to stand out.

import { element } from "./element.js";

/** Cut a text into what matched and what did not; spans count characters, as the API does. */
export function marked(content, spans) {
  const characters = [...content];
  const pieces = [];
  let done = 0;
  for (const [start, end] of spans) {
    pieces.push(characters.slice(done, start).join(""));
    pieces.push(element("mark", {}, characters.slice(start, end).join("")));
    done = end;
  }
  return [...pieces, characters.slice(done).join("")];
}
