// Has the service worker keep the shell of the pages, once the first of them is there.

const WORKER = "sw.js";
const AFTER_MS = 3000; // so that nothing that somebody waits for is slowed down

/** Register it; a browser without one does without. */
export function keepShell() {
  if (!("serviceWorker" in navigator)) {
    return; // an old browser, or neither HTTPS nor this machine
  }
  addEventListener("load", () => setTimeout(register, AFTER_MS));
}

async function register() {
  // the page's policy lets this one address be made, by this one maker
  const maker = window.trustedTypes?.createPolicy("soundbridge-worker", { createScriptURL: () => WORKER });
  try {
    await navigator.serviceWorker.register(maker?.createScriptURL("") ?? WORKER);
  } catch (error) {
    console.info("There is no page without a connection:", error.message);
  }
}
