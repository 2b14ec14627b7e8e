// Whether somebody is at the page, as far as it can be seen. What only listeners need waits for that:
// a search engine's visitor, or who has opened ten tabs, must not pay for it.

const SIGNS = ["pointermove", "keydown", "scroll", "wheel"]; // not a touch: what it asks for comes first
const FRAME_MS = 100; // a page that is not seen has none

/** Fulfilled with the first sign of somebody. */
export const somebody = new Promise((resolve) => {
  const seen = new AbortController();
  const note = () => {
    seen.abort();
    resolve();
  };
  for (const name of SIGNS) {
    addEventListener(name, note, { signal: seen.signal, passive: true, capture: true });
  }
});

/** Wait until what was just changed is on the screen. */
export function painted() {
  const frame = new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  return Promise.race([frame, new Promise((resolve) => setTimeout(resolve, FRAME_MS))]);
}
