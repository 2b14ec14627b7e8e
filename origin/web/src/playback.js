// Plays a multivariant playlist on an audio element: with hls.js where the browser has Media Source
// Extensions, with the browser's own HLS (iPhone) where it has not.
//
// Both answer to the same four members: `engine`, `canChoose`, `choose(rung)` and `close()`; what
// happens is told through the handlers given when it begins:
//   rendition(rung)            what is heard now changed; null where the browser does not say
//   trouble({fatal, details, status})  something went wrong; after a fatal one nothing plays any more

import { DownSwitch } from "./down_switch.js";
import { element } from "./element.js";
import { breakingOffQuietly } from "./init_loading.js";
import { Pathways } from "./pathways.js";

const AAC_IN_MP4 = 'audio/mp4; codecs="mp4a.40.2"';
const HLS_TYPE = "application/vnd.apple.mpegurl";
const BUFFER_AHEAD_S = 10; // more is let go to waste by all who skip a track
const BUFFER_BEHIND_S = 60;
const BUFFER_UNHEARD_S = 1; // a segment: enough to begin with, should somebody play it

const TELLING_BYTES = 50_000; // of what is smaller, most of the time is waiting
const TIMED_MS = 20;

const USUAL_BPS = 500_000; // what hls.js takes a connection for of which nothing is known

let known_bps = null; // what the connection gave when the last track was left
let playing = null; // the hls.js that plays now

/** Tell whether only the browser itself can play here. */
export function isNative() {
  return !window.MediaSource?.isTypeSupported(AAC_IN_MP4);
}

/** Have hls.js come from its address, to be there when it is wanted; nothing of it runs. */
export function fetchEngine(address) {
  const isThere = document.head.querySelector("link[rel=prefetch]") !== null;
  if (!isThere && !navigator.connection?.saveData) {
    document.head.append(element("link", { rel: "prefetch", as: "script", href: address }));
  }
}

/**
 * Return what begins playback on `audio`, or null where this browser cannot play HLS at all.
 *
 * It is called with a track, a position in seconds and the handlers, and returns a playback.
 */
export async function findEngine(audio) {
  if (!isNative()) {
    const { default: Hls } = await import("hls.js");
    return (...how) => new HlsJsPlayback(Hls, audio, ...how);
  }
  if (audio.canPlayType(HLS_TYPE)) {
    return (...how) => new NativePlayback(audio, ...how);
  }
  return null;
}

/**
 * Keep hls.js 1.7 from holding new segments against the codec that a buffer began with.
 *
 * After AAC and then FLAC it would take the buffer for one of AAC still, and fail to go back.
 */
function withCodecsKept(BufferController) {
  return class extends BufferController {
    onBufferCodecs(event, data) {
      super.onBufferCodecs(event, data);
      if (data.audio && this.tracks.audio) {
        this.tracks.audio.levelCodec = data.audio.levelCodec;
      }
    }
  };
}

/** Return what the next track will take the connection for. */
export function expected_bps() {
  return playing?.bandwidthEstimate || (guess().abrEwmaDefaultEstimate ?? USUAL_BPS);
}

/** Guess what the connection gives: what the last track saw, else how hls.js itself came. */
function guess() {
  const told = performance
    .getEntriesByType("resource")
    .filter(({ transferSize, responseStart, responseEnd }) => transferSize > TELLING_BYTES && responseEnd - responseStart > TIMED_MS)
    .map(({ transferSize, responseStart, responseEnd }) => (8000 * transferSize) / (responseEnd - responseStart));
  const bps = known_bps ?? (told.length > 0 ? Math.min(...told) : null);
  return bps === null ? {} : { abrEwmaDefaultEstimate: bps };
}

/**
 * Tell the server by CMCD how the sound fares (CTA-5004), in header fields: a query would be another
 * address, and what was fetched early be fetched twice. Hosts of pathways would each be asked first
 * whether they take the fields, for each segment; they are told nothing.
 */
function told() {
  return "pathways" in document.documentElement.dataset ? {} : { cmcd: { useHeaders: true } };
}

/** Have so much sound ahead: without the second bound, 60 MB are filled, ten minutes of it. */
function ahead(length_s) {
  return { maxBufferLength: length_s, maxMaxBufferLength: length_s };
}

class HlsJsPlayback {
  engine = "hls.js";
  canChoose = true;
  #hls;
  #rungs = [];
  #levelOf = new Map(); // by rung: hls.js makes one level of two that have the same bandwidth
  #chosen = null;
  #recovered = false;
  #foretelling = new AbortController();
  #closing = new AbortController();

  constructor(Hls, audio, track, start_s, handlers) {
    const pathways = new Pathways(Hls);
    this.#hls = new Hls({
      startPosition: start_s,
      ...ahead(audio.autoplay ? BUFFER_AHEAD_S : BUFFER_UNHEARD_S),
      backBufferLength: BUFFER_BEHIND_S,
      enableDateRangeMetadataCues: false, // they come from a data: URL, which the page's policy refuses
      bufferController: withCodecsKept(Hls.DefaultConfig.bufferController),
      fLoader: breakingOffQuietly(Hls.DefaultConfig.loader),
      ...pathways.config(),
      ...told(),
      enableWorker: false, // fMP4 needs no transmuxing, so there is no work to move away
      ...guess(),
    });
    playing = this.#hls;
    const { signal } = this.#closing;
    const heard = () => Object.assign(this.#hls.config, ahead(BUFFER_AHEAD_S));
    for (const name of ["play", "seeking"]) {
      audio.addEventListener(name, heard, { signal, once: true });
    }
    new DownSwitch(Hls, this.#hls, audio);
    pathways.follow(this.#hls);
    if (start_s === 0) {
      this.#hls.once(Hls.Events.LEVEL_LOADED, (_, { details }) => this.#foretell(details.fragments[0]?.url));
      this.#hls.once(Hls.Events.FRAG_LOAD_EMERGENCY_ABORTED, () => this.#foretelling.abort());
    }
    this.#hls.on(Hls.Events.MANIFEST_PARSED, (_, { levels }) => {
      this.#nameLevels(levels, track);
      if (this.#chosen !== null) {
        this.choose(this.#chosen);
      }
    });
    this.#hls.on(Hls.Events.LEVELS_UPDATED, (_, { levels }) => this.#nameLevels(levels, track)); // of another pathway
    this.#hls.on(Hls.Events.LEVEL_SWITCHED, (_, { level }) => handlers.rendition(this.#rungs[level]));
    this.#hls.on(Hls.Events.ERROR, (_, error) => this.#onError(Hls, error, handlers));
    this.#hls.loadSource(track.hls);
    this.#hls.attachMedia(audio);
  }

  /** Keep to one rung from the next segment on; null leaves the choice to the player. */
  choose(rung) {
    this.#chosen = rung; // before the playlist came, it is not known which level that is
    if (rung === null) {
      this.#hls.loadLevel = -1;
    } else if (this.#levelOf.has(rung)) {
      this.#hls.nextLevel = this.#levelOf.get(rung);
    }
  }

  #nameLevels(levels, track) {
    this.#rungs = levels.map((level) => level.attrs["STABLE-VARIANT-ID"] ?? null);
    const bandwidths = levels.map((level) => Number(level.attrs.BANDWIDTH));
    this.#levelOf = new Map(
      track.renditions.map(({ rung, bandwidth_bps }) => {
        const named = this.#rungs.indexOf(rung);
        return [rung, named < 0 ? bandwidths.indexOf(bandwidth_bps) : named];
      }),
    );
  }

  /** Have the first segment come beside its initialization section, not after it. */
  #foretell(url) {
    const { signal } = this.#foretelling;
    fetch(url, { signal }).then((response) => response.arrayBuffer()).catch(() => {});
  }

  close() {
    this.#foretelling.abort();
    this.#closing.abort();
    known_bps = this.#hls.bandwidthEstimate || null;
    playing = null;
    this.#hls.destroy();
  }

  #onError(Hls, { type, fatal, details, response }, handlers) {
    if (fatal && type === Hls.ErrorTypes.MEDIA_ERROR && !this.#recovered) {
      this.#recovered = true;
      this.#hls.recoverMediaError();
      handlers.trouble({ fatal: false, details });
    } else {
      handlers.trouble({ fatal, details, status: response?.code });
    }
  }
}

class NativePlayback {
  engine = "native";
  canChoose = false;
  #audio;
  #listening = new AbortController();

  constructor(audio, track, start_s, handlers) {
    this.#audio = audio;
    const { signal } = this.#listening;
    audio.addEventListener("loadedmetadata", () => (audio.currentTime = start_s), { signal, once: true });
    audio.addEventListener(
      "error",
      () => handlers.trouble({ fatal: true, details: audio.error.message || "mediaError" }),
      { signal },
    );
    audio.src = track.hls;
    handlers.rendition(null);
  }

  close() {
    this.#listening.abort();
    this.#audio.removeAttribute("src");
    this.#audio.load();
  }
}
