// Reads BBC audiowaveform's binary format, version 2, and reduces it to the bars of a drawing.
//
// A header of six 32-bit little-endian numbers (version, flags, sample rate, samples per pixel,
// length, channels) is followed by a minimum and a maximum for each channel of each pixel, in
// 8 bits where the lowest flag is set, else in 16.

const HEADER_BYTES = 24;

/** Fetch the peaks of a track's waveform; null where it has none, or where they do not come: it plays all the same. */
export async function fetchPeaks(waveform) {
  if (!waveform) {
    return null;
  }
  try {
    const response = await fetch(waveform.binary);
    return readPeaks(await response.arrayBuffer());
  } catch (error) {
    console.warn("The waveform is not shown:", error.message);
    return null;
  }
}

/** Return each pixel's peak, from 0 to 1; Error where the bytes are no such waveform. */
export function readPeaks(buffer) {
  const header = new DataView(buffer, 0, HEADER_BYTES);
  const version = header.getInt32(0, true);
  const eightBits = (header.getUint32(4, true) & 1) === 1;
  const length = header.getUint32(16, true);
  const channels = header.getInt32(20, true);
  const perPixel = 2 * channels;
  const valueBytes = eightBits ? 1 : 2;
  if (version !== 2 || buffer.byteLength < HEADER_BYTES + length * perPixel * valueBytes) {
    throw new Error("not a waveform of version 2");
  }
  const body = new DataView(buffer, HEADER_BYTES);
  const value = eightBits ? (at) => body.getInt8(at) / 128 : (at) => body.getInt16(at * 2, true) / 32768;
  const peaks = new Float32Array(length);
  for (let at = 0; at < length * perPixel; at += 1) {
    const pixel = Math.floor(at / perPixel);
    peaks[pixel] = Math.max(peaks[pixel], Math.abs(value(at)));
  }
  return peaks;
}

/**
 * Reduce peaks to `count` bars from 0 to 1, the loudest being 1.
 *
 * A bar is the mean of its peaks: their maximum draws modern music as one solid block.
 */
export function toBars(peaks, count) {
  const bars = new Float32Array(count);
  for (let bar = 0; bar < count; bar += 1) {
    const start = Math.floor((bar * peaks.length) / count);
    const stop = Math.max(start + 1, Math.floor(((bar + 1) * peaks.length) / count));
    const run = peaks.subarray(start, stop);
    bars[bar] = run.reduce((sum, peak) => sum + peak, 0) / Math.max(1, run.length);
  }
  const loudest = bars.reduce((most, bar) => Math.max(most, bar), 0) || 1;
  return bars.map((bar) => bar / loudest);
}
