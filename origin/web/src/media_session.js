// What the lock screen, the headset and the keyboard's media keys know of the track.

const { mediaSession } = navigator;

const STEP_S = 10; // where the system does not say how far

/** Name the track, and let the system's own controls act on `player`. */
export function introduce(track, player) {
  if (!mediaSession) {
    return;
  }
  mediaSession.metadata = new MediaMetadata({
    title: track.title ?? "Untitled",
    artist: track.artist ?? "",
    album: track.album ?? "",
    artwork: track.artwork.map(({ url, width_px, height_px, media_type }) => ({
      src: new URL(url, document.baseURI).href,
      sizes: `${width_px}x${height_px}`,
      type: media_type,
    })),
  });
  offer({
    play: () => player.play(),
    pause: () => player.pause(),
    seekbackward: ({ seekOffset = STEP_S }) => player.skip(-seekOffset),
    seekforward: ({ seekOffset = STEP_S }) => player.skip(seekOffset),
    seekto: ({ seekTime }) => player.seek(seekTime),
  });
}

/** Tell where playback is, so that a lock screen can draw it. */
export function report(audio, duration_s) {
  if (mediaSession?.setPositionState && audio.currentTime <= duration_s) {
    const { currentTime: position, playbackRate } = audio;
    mediaSession.setPositionState({ duration: duration_s, position, playbackRate });
  }
}

/** Offer actions, or no longer where one is null; what a system does not know is left out. */
export function offer(actions) {
  for (const [action, handler] of Object.entries(actions)) {
    try {
      mediaSession?.setActionHandler(action, handler);
    } catch {
      // an action that this browser has not
    }
  }
}
