// Who is signed in, on the pages that are for creators.

import { ask, Refused } from "./api.js";
import { element } from "./element.js";

const SIGN_IN = "Sign in with the one-time link that whoever runs this server gives you. It works in this browser.";
const SOMEBODY_ELSE = "You are signed in as somebody else by now, in another tab. Load this page again.";
const NO_CREATOR = "You are signed in as a listener. Whoever runs this server can let you publish.";

/** Show a page's heading and who is signed in; return that user, or null where it ends here. */
export async function enter(main, heading) {
  document.title = `${heading} · ${document.title}`;
  main.replaceChildren(element("h1", { className: "page-heading" }, heading));
  const user = await whoAmI();
  if (user === null) {
    main.append(element("p", { className: "lead", role: "status" }, SIGN_IN));
    return null;
  }
  main.append(signedIn(user));
  if (user.role === "listener") {
    main.append(element("p", { className: "lead", role: "status" }, NO_CREATOR));
    return null;
  }
  return user;
}

/**
 * Raise Refused where somebody else is signed in by now: what is made then would be theirs, and what is
 * private of others is not there, says the server.
 */
export async function checkStill({ id }) {
  if ((await ask("me")).id !== id) {
    throw new Refused(403, { detail: SOMEBODY_ELSE });
  }
}

async function whoAmI() {
  try {
    return await ask("me");
  } catch (error) {
    if (error.status === 401) {
      return null;
    }
    throw error;
  }
}

function signedIn({ name }) {
  const leave = element("button", { type: "button", className: "quiet" }, "Sign out");
  leave.addEventListener("click", async () => {
    leave.disabled = true;
    try {
      await ask("me/session", { method: "DELETE" });
    } finally {
      location.reload();
    }
  });
  return element("p", { className: "who" }, element("span", { dir: "auto" }, `Signed in as ${name}`), leave);
}
