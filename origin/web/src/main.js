// The pages, by the last part of the address. Each loads what it needs, and no other's.

import { HAS_API, sentenceOf } from "./api.js";
import { element } from "./element.js";
import { keepShell } from "./shell.js";

const PAGES = {
  upload: () => import("./upload_page.js"),
  mine: () => import("./mine_page.js"),
};

/** Measure how quick the page was, when there is nothing else to do. */
function measure(page) {
  const soon = window.requestIdleCallback ?? ((act) => setTimeout(act, 1000));
  addEventListener("load", () => soon(async () => (await import("./vitals.js")).tellVitals(page)));
}

/** Show a page of creators, or say why it is not to be had. */
async function open(page, main) {
  try {
    const { start } = await page();
    await start(main);
  } catch (error) {
    console.warn(error);
    const again = element("button", { type: "button", className: "primary" }, "Try again");
    again.addEventListener("click", () => location.reload());
    main.append(element("p", { className: "lead", role: "alert" }, sentenceOf(error)), again);
  }
}

const name = location.pathname.split("/").pop();
document.querySelector(".pages").hidden = !HAS_API;
keepShell();
if (HAS_API && Object.hasOwn(PAGES, name)) {
  document.querySelector(`.pages a[href='${name}']`).setAttribute("aria-current", "page");
  measure(name);
  await open(PAGES[name], document.querySelector("main"));
} else {
  measure(new URLSearchParams(location.search).has("play") ? "track" : "home");
  const { startHome } = await import("./home.js");
  startHome();
}
