// The cover: a placeholder at once, the picture over it when it has come, and both as the light
// that falls on the page.

import { drawBlurhash } from "./blurhash.js";
import { element } from "./element.js";

const SIZES = "(min-width: 52rem) 20rem, 90vw";
const SMALL_PX = 8; // of a placeholder that is drawn small: as blurred as the large one

/** Show the cover of `track` in the elements of the player's template; wait until it is seen. */
export function showCover(root, track) {
  const artwork = largestUpTo(track.artwork, 1024);
  const canvas = root.querySelector(".cover-placeholder");
  paint(canvas, track);
  const light = root.querySelector(".ambience canvas").getContext("2d");
  light.filter = "blur(2px) saturate(1.25)"; // once, and not by the style for each frame
  light.drawImage(canvas, 0, 0);
  root.querySelector(".cover-note").toggleAttribute("hidden", artwork !== undefined);
  const image = root.querySelector(".cover-image");
  image.hidden = true;
  image.removeAttribute("src");
  if (artwork === undefined) {
    return Promise.resolve();
  }
  return new Promise((resolve) => {
    image.onerror = resolve;
    image.onload = () => {
      image.hidden = false;
      requestAnimationFrame(() => setTimeout(resolve)); // it is painted then
    };
    image.width = artwork.width_px;
    image.height = artwork.height_px;
    image.sizes = SIZES;
    image.srcset = setOf(track.artwork);
    image.alt = `Cover of ${track.album ?? track.title ?? "this track"}`;
    image.src = artwork.url;
  });
}

/** Have a cover come before the player shows it. */
export function foretellCover({ artwork }) {
  if (artwork?.length > 0) {
    const image = new Image();
    image.fetchPriority = "high";
    image.sizes = SIZES;
    image.srcset = setOf(artwork);
  }
}

/** Make a small cover: a placeholder at once, over it the picture, once it is near what is seen. */
export function thumbnail(track, sizes) {
  const canvas = placeholder(track);
  const made = element("span", { className: "thumbnail", "aria-hidden": "true" }, canvas);
  if (track.artwork?.length > 0) {
    const [{ url, width_px, height_px }] = track.artwork;
    const image = element("img", { alt: "", loading: "lazy", decoding: "async", width: width_px, height: height_px });
    image.sizes = sizes;
    image.srcset = setOf(track.artwork);
    image.src = url;
    made.append(image);
  }
  return made;
}

/** Make what stands in for a small cover, in the colours of that, or in the track's own. */
export function placeholder(track, className = "") {
  const canvas = element("canvas", { className, width: SMALL_PX, height: SMALL_PX });
  paint(canvas, track);
  return canvas;
}

/** Return the addresses of a cover by their width, for a browser to choose from. */
export function setOf(artwork) {
  return artwork.map(({ url, width_px }) => `${url} ${width_px}w`).join(", ");
}

function largestUpTo(artwork, width_px) {
  return artwork
    .filter((image) => image.width_px <= width_px)
    .reduce((best, image) => (best && best.width_px >= image.width_px ? best : image), artwork[0]);
}

function paint(canvas, track) {
  const context = canvas.getContext("2d");
  if (track.placeholder) {
    context.putImageData(drawBlurhash(track.placeholder, canvas.width, canvas.height), 0, 0);
    return;
  }
  const hue = [...track.playback_id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 360, 0);
  const gradient = context.createLinearGradient(0, 0, canvas.width, canvas.height);
  gradient.addColorStop(0, `oklch(0.72 0.11 ${hue})`);
  gradient.addColorStop(1, `oklch(0.42 0.12 ${(hue + 50) % 360})`);
  context.fillStyle = gradient;
  context.fillRect(0, 0, canvas.width, canvas.height);
}
