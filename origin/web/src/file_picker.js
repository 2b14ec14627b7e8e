// Where files are dropped or chosen.

import { element } from "./element.js";

const IDLE = "Drop sound files here, or choose some";
const MORE = "Drop or choose more";

/** Make it; `chosen(files)` is called with what is given, `show(file)` names one, or none. `focus()` is for the keyboard. */
export function filePicker(chosen) {
  const input = element("input", { type: "file", multiple: true, accept: "audio/*,.flac,.wav,.aiff,.aif,.m4a,.mka,.opus,.ogg" });
  const name = element("span", { dir: "auto" }, IDLE);
  const more = element("span", { className: "picker-more", hidden: true }, MORE);
  const root = element("label", { className: "picker" }, name, more, input);
  const take = (files) => {
    const given = [...files];
    input.value = ""; // what is chosen once more is chosen again; it empties the list, too
    if (given.length > 0) {
      chosen(given);
    }
  };
  input.addEventListener("change", () => take(input.files));
  const over = (is) => root.classList.toggle("is-over", is);
  addEventListener("dragover", (event) => {
    event.preventDefault(); // else the browser leaves the page for what is dropped
    over(root.contains(event.target));
  });
  addEventListener("dragleave", () => over(false));
  addEventListener("drop", (event) => {
    event.preventDefault();
    over(false);
    take(event.dataTransfer.files);
  });
  const show = (file) => {
    name.textContent = file?.name ?? IDLE;
    more.hidden = !file;
  };
  return { root, show, focus: () => input.focus() };
}
