// Where a file is dropped or chosen.

import { element } from "./element.js";

const IDLE = "Drop a sound file here, or choose one";

/** Make it; `chosen(file)` is called for the first of what is given. */
export function filePicker(chosen) {
  const input = element("input", { type: "file", accept: "audio/*,.flac,.wav,.aiff,.aif,.m4a,.mka,.opus,.ogg" });
  const name = element("span", { dir: "auto" }, IDLE);
  const root = element("label", { className: "picker" }, name, input);
  const take = ([file]) => {
    if (file) {
      name.textContent = file.name;
      chosen(file);
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
  const reset = () => {
    input.value = "";
    name.textContent = IDLE;
  };
  return { root, reset };
}
