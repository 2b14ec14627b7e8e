// The pages, by the last part of the address. What only creators need, only they load.

import { HAS_API } from "./api.js";
import { startHome } from "./home.js";

const PAGES = {
  upload: () => import("./upload_page.js"),
  mine: () => import("./mine_page.js"),
};

const name = location.pathname.split("/").pop();
document.querySelector(".pages").hidden = !HAS_API;
if (HAS_API && Object.hasOwn(PAGES, name)) {
  document.querySelector(`.pages a[href='${name}']`).setAttribute("aria-current", "page");
  const { start } = await PAGES[name]();
  await start(document.querySelector("main"));
} else {
  startHome();
}
