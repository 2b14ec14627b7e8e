// Tells the server how quick this page was, once, when it is left or out of sight for the first time.
//
// What is told are the five numbers and which kind of page it was: nothing of who looks at it.

import { onCLS, onFCP, onINP, onLCP, onTTFB } from "web-vitals";

/** Measure `page`, a name that the server knows. */
export function tellVitals(page) {
  const values = {};
  for (const measure of [onCLS, onFCP, onINP, onLCP, onTTFB]) {
    measure(({ name, value }) => {
      values[name] = Math.round(value * 1000) / 1000;
    });
  }
  const tell = () => {
    if (document.visibilityState === "hidden" && Object.keys(values).length > 0) {
      removeEventListener("visibilitychange", tell);
      navigator.sendBeacon("vitals", JSON.stringify({ page, values }));
    }
  };
  addEventListener("visibilitychange", tell); // after those of the library, which settle the values
}
