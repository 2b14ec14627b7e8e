// The loudness of playback: a slider, and a button that silences it without losing its place.

/** Let the template's volume controls act on `audio`, and show what it is set to. */
export function bindVolume(root, audio) {
  const slider = root.querySelector(".volume-slider");
  const mute = root.querySelector(".mute");
  slider.addEventListener("input", () => {
    audio.volume = slider.valueAsNumber;
    audio.muted = false;
  });
  mute.addEventListener("click", () => {
    audio.muted = !audio.muted;
  });
  audio.addEventListener("volumechange", () => {
    slider.value = audio.muted ? 0 : audio.volume;
    mute.setAttribute("aria-pressed", String(audio.muted || audio.volume === 0));
  });
}
