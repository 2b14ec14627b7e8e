// The small print under the player: what is heard now, and what was measured.

const CHANNELS = { 1: "mono", 2: "stereo" };

/** Write a number with a true minus sign and one decimal. */
function signed(value) {
  return value.toFixed(1).replace("-", "−");
}

/** Name a rendition by its encoder's bit rate. */
export function bitrate({ bitrate_bps }) {
  return `${Math.round(bitrate_bps / 1000)} kbit/s`;
}

/** List what is known of `track` as [name, value] pairs; `rung` is what is heard, or null. */
export function factsOf(track, rung) {
  const heard = track.renditions.find((rendition) => rendition.rung === rung);
  const { integrated_lufs, range_lu, true_peak_dbtp } = track.loudness;
  const channels = CHANNELS[track.channels] ?? `${track.channels} channels`;
  return [
    ["Streaming", heard ? `${bitrate(heard)} AAC` : null],
    ["Sound", `${track.sample_rate_hz / 1000} kHz ${channels}`],
    ["Loudness", integrated_lufs === null ? null : `${signed(integrated_lufs)} LUFS`],
    ["Range", range_lu === null ? null : `${signed(range_lu)} LU`],
    ["True peak", true_peak_dbtp === null ? null : `${signed(true_peak_dbtp)} dBTP`],
  ].filter(([, value]) => value !== null);
}

/** Show the facts of `track` in `list`, a <dl>. */
export function showFacts(list, track, rung) {
  const items = factsOf(track, rung).map(([name, value]) => {
    const item = document.createElement("div");
    const term = document.createElement("dt");
    const definition = document.createElement("dd");
    term.textContent = name;
    definition.textContent = value;
    item.append(term, definition);
    return item;
  });
  list.replaceChildren(...items);
}
