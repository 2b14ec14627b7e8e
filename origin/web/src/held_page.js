// Holds the page while something is being sent from it: whoever leaves is asked first, by the
// browser's own dialog, and links open beside it, in a tab of their own.

import { element } from "./element.js";

const BESIDE = "Links open in a new tab until all is sent.";

/** Make it; `hold(work)` holds the page until that has settled, `said` says that links open elsewhere. */
export function heldPage() {
  const said = element("p", { className: "lead", role: "status" });
  const target = element("base", { target: "_blank" });
  let count = 0;
  const change = (step) => {
    count += step;
    said.textContent = count > 0 ? BESIDE : "";
    if (count > 0) {
      document.head.append(target);
      addEventListener("beforeunload", ask);
    } else {
      target.remove();
      removeEventListener("beforeunload", ask); // with it, no browser would keep the page for going back
    }
  };
  const hold = (work) => {
    change(1);
    const done = () => change(-1);
    work.then(done, done);
  };
  return { said, hold };
}

function ask(event) {
  event.preventDefault();
  event.returnValue = true; // what older browsers go by
}
