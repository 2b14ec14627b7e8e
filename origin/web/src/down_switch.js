// Goes down to a rung that the connection carries as soon as it is seen not to carry this one.
//
// hls.js alone looks first when half of a segment's length has passed, which with ten seconds of
// sound ahead is late. Here a decision is due when less than two seconds are ahead, or when what came
// of the segment within the last second is less than its rung needs. Before the first byte nothing
// is known of the connection, only of the server: then hls.js decides.

const LOW_S = 2;
const WINDOW_MS = 800; // with the time between two looks: within one second
const LOOK_EVERY_MS = 100;
const SAFE = 0.85; // of what comes may be needed

/**
 * Decide whether to leave rung number `level` of `bitrates_bps`, which ascend.
 *
 * Returns null to stay, else the level to take and whether the segment is not worth waiting for:
 * one that ends before the sound ahead runs low is heard as it is.
 */
export function decide({ bitrates_bps, level, left_bits, duration_s, rate_bps, ahead_s }) {
  const isDue = ahead_s < LOW_S || rate_bps < bitrates_bps[level];
  const here_s = left_bits / rate_bps;
  if (level === 0 || !isDue) {
    return null;
  }
  const load_s = (bitrate_bps) => (bitrate_bps * duration_s) / rate_bps;
  const isSafe = (bitrate_bps) =>
    bitrate_bps <= SAFE * rate_bps && (here_s <= ahead_s || load_s(bitrate_bps) <= ahead_s);
  const lower = Math.max(0, bitrates_bps.findLastIndex(isSafe));
  if (lower >= level) {
    return null;
  }
  const there_s = load_s(bitrates_bps[lower]);
  return { level: lower, abandon: here_s > Math.max(0, ahead_s - LOW_S) && there_s < here_s };
}

export class DownSwitch {
  #Hls;
  #hls;
  #media;
  #timer;
  #fragment = null;
  #seen = []; // [when, bytes] of the segment that is being loaded, over the last second
  #lower = null; // the level that was decided on, until something of it has come

  constructor(Hls, hls, media) {
    this.#Hls = Hls;
    this.#hls = hls;
    this.#media = media;
    hls.on(Hls.Events.FRAG_LOADING, (_, { frag }) => this.#begin(frag));
    hls.on(Hls.Events.FRAG_LOADED, (_, { frag }) => this.#end(frag));
    hls.on(Hls.Events.DESTROYING, () => clearInterval(this.#timer));
  }

  #begin(fragment) {
    if (fragment.sn === "initSegment") {
      return;
    }
    clearInterval(this.#timer);
    this.#fragment = fragment;
    this.#seen = [];
    this.#timer = setInterval(() => this.#look(), LOOK_EVERY_MS);
  }

  #end(fragment) {
    if (fragment.sn === "initSegment") {
      return;
    }
    clearInterval(this.#timer);
    if (this.#lower !== null && fragment.level > this.#lower) {
      this.#hls.nextAutoLevel = this.#lower; // what it came with at first does not count any more
    } else {
      this.#lower = null;
    }
  }

  #look() {
    const { stats, level, duration: duration_s } = this.#fragment;
    if (!stats.loading.first || stats.aborted || !this.#hls.autoLevelEnabled) {
      return;
    }
    const rate_bps = this.#rate(performance.now(), stats.loaded);
    if (rate_bps === null) {
      return;
    }
    const bitrates_bps = this.#hls.levels.map(({ averageBitrate }) => averageBitrate);
    const size_bits = stats.total ? 8 * stats.total : bitrates_bps[level] * duration_s;
    const decision = decide({
      bitrates_bps,
      level,
      left_bits: Math.max(0, size_bits - 8 * stats.loaded),
      duration_s,
      rate_bps,
      ahead_s: (this.#hls.mainForwardBufferInfo?.len ?? 0) / (this.#media.playbackRate || 1),
    });
    if (decision !== null) {
      this.#switch(decision, rate_bps);
    }
  }

  /** Return what came within the last second; null until that can be told. */
  #rate(now_ms, bytes) {
    this.#seen.push([now_ms, bytes]);
    while (this.#seen.length > 2 && this.#seen[1][0] <= now_ms - WINDOW_MS) {
      this.#seen.shift();
    }
    const [from_ms, from_bytes] = this.#seen[0];
    const past_ms = now_ms - from_ms;
    return past_ms < WINDOW_MS ? null : (8000 * (bytes - from_bytes)) / past_ms;
  }

  #switch({ level, abandon }, rate_bps) {
    clearInterval(this.#timer);
    const fragment = this.#fragment;
    this.#lower = level;
    this.#hls.bandwidthEstimate = Math.max(1, rate_bps); // older ones are of another connection
    if (abandon) {
      fragment.abortRequests();
    }
    this.#hls.nextLoadLevel = level;
    if (abandon) {
      const { stats } = fragment;
      this.#hls.trigger(this.#Hls.Events.FRAG_LOAD_EMERGENCY_ABORTED, { frag: fragment, part: null, stats });
    }
  }
}
