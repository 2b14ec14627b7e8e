// The cover: a placeholder at once, the picture over it when it has come, and both as the light
// that falls on the page.

import { drawBlurhash } from "./blurhash.js";

/** Show the cover of `track` in the elements of the player's template. */
export function showCover(root, track) {
  const artwork = largestUpTo(track.artwork, 1024);
  const placeholder = root.querySelector(".cover-placeholder");
  paint(placeholder, track);
  root.querySelector(".ambience canvas").getContext("2d").drawImage(placeholder, 0, 0);
  root.querySelector(".cover-note").toggleAttribute("hidden", artwork !== undefined);
  const image = root.querySelector(".cover-image");
  image.hidden = true;
  image.removeAttribute("src");
  if (artwork !== undefined) {
    image.onload = () => (image.hidden = false);
    image.srcset = track.artwork.map(({ url, width_px }) => `${url} ${width_px}w`).join(", ");
    image.sizes = "(min-width: 52rem) 20rem, 90vw";
    image.alt = `Cover of ${track.album ?? track.title ?? "this track"}`;
    image.src = artwork.url;
  }
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
