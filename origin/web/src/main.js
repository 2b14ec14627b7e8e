// The pages, by the last part of the address. Each loads what it needs, and no other's.

import { HAS_API } from "./api.js";
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

const name = location.pathname.split("/").pop();
document.querySelector(".pages").hidden = !HAS_API;
keepShell();
if (HAS_API && Object.hasOwn(PAGES, name)) {
  document.querySelector(`.pages a[href='${name}']`).setAttribute("aria-current", "page");
  measure(name);
  const { start } = await PAGES[name]();
  await start(document.querySelector("main"));
} else {
  measure(new URLSearchParams(location.search).has("play") ? "track" : "home");
  const { startHome } = await import("./home.js");
  startHome();
}
