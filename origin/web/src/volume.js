// The loudness of playback: a slider, and a button that silences it without losing its place.

const AUDIBLE = 0.5;

/** Silence `audio`, or make it heard again, also where its volume was turned down to nothing. */
export function toggleMute(audio) {
  if (audio.volume === 0) {
    audio.volume = AUDIBLE;
    audio.muted = false;
  } else {
    audio.muted = !audio.muted;
  }
}

/** Let the template's volume controls act on `audio`, and show what it is set to. */
export function bindVolume(root, audio) {
  const slider = root.querySelector(".volume-slider");
  const mute = root.querySelector(".mute");
  slider.addEventListener("input", () => {
    audio.volume = slider.valueAsNumber;
    audio.muted = false;
  });
  mute.addEventListener("click", () => toggleMute(audio));
  audio.addEventListener("volumechange", () => {
    slider.value = audio.muted ? 0 : audio.volume;
    mute.setAttribute("aria-pressed", String(audio.muted || audio.volume === 0));
  });
}
