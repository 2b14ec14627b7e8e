// Says what a list or a search came to; where a genre leaves nothing of it, with a way to take that off.

import { element } from "./element.js";

/** Say it in `place`; `takeOff()` is called where tracks of any genre are wanted again. */
export function tellFound(place, { count, hasMore, isSearch, genre, takeOff }) {
  if (count > 0 || hasMore) {
    place.textContent = isSearch ? counted(count, hasMore) : "";
    return;
  }
  const what = isSearch ? "Nothing was found" : "Nothing is here";
  if (genre === null) {
    place.textContent = `${what}.`;
    return;
  }
  const off = element("button", { type: "button", className: "quiet" }, "Show all genres");
  off.addEventListener("click", takeOff);
  place.replaceChildren(`${what} in the genre “`, element("bdi", {}, genre), "”. ", off);
}

function counted(count, hasMore) {
  if (count === 0) {
    return "Nothing was found.";
  }
  return `${hasMore ? "More than " : ""}${count} ${count === 1 ? "track" : "tracks"} found`;
}
