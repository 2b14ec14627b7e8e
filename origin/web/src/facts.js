// The small print under the player: what is heard now, and what was measured.

const CHANNELS = { 1: "mono", 2: "stereo" };

/** Write a number with a true minus sign and one decimal. */
function signed(value) {
  return value.toFixed(1).replace("-", "−");
}

const LOSSLESS = "fLaC";

function kilobits(rate_bps) {
  return `${Math.round(rate_bps / 1000)} kbit/s`;
}

/** Name a rendition as a choice: by what its encoder was told. */
export function quality({ codec, bitrate_bps }) {
  return codec === LOSSLESS ? "Lossless" : kilobits(bitrate_bps);
}

/** Say what streams: nothing tells a lossless encoder its bit rate, so that one is measured. */
function streaming({ codec, bitrate_bps, average_bandwidth_bps }) {
  return codec === LOSSLESS ? `${kilobits(average_bandwidth_bps)} FLAC` : `${kilobits(bitrate_bps)} AAC`;
}

/** List what is known of `track` as [name, value] pairs; `rung` is what is heard, or null. */
export function factsOf(track, rung) {
  const heard = track.renditions.find((rendition) => rendition.rung === rung);
  const { integrated_lufs, range_lu, true_peak_dbtp } = track.loudness;
  const channels = CHANNELS[track.channels] ?? `${track.channels} channels`;
  return [
    ["Streaming", heard ? streaming(heard) : null],
    ["Sound", track.sample_rate_hz === null ? null : `${track.sample_rate_hz / 1000} kHz ${channels}`],
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
