// Leaves a pathway whose host does not answer for another one, before the sound ahead has been heard.
//
// hls.js alone tries every rung of a pathway before it leaves that, gives a request ten seconds to
// begin, and four more times of that, and one that has begun two minutes: for a player with ten seconds
// ahead, that is too late. Here a request has four seconds to begin and never stands still for longer,
// and what timed out is not asked for again there; what failed is, once (retrying.js). How
// long an answer takes that comes does not matter: who is slow is not dead (down_switch.js sees to
// that). All of this holds only as long as there is a pathway that has not failed; else it is as ever.

import { retrying } from "./retrying.js";

const STANDS_STILL_MS = 4000;
const LOOK_EVERY_MS = 500;
const PENALTY_MS = 300_000; // for so long hls.js itself does not come back to a pathway that it left
const LEAVE_PATHWAY = { action: 2, flags: 1 }; // SendAlternateToPenaltyBox, MoveAllAlternatesMatchingHost
const ASK_AGAIN = { action: 5, flags: 0, retryCount: 0 }; // RetryRequest
const SERVER_ERRORS = 500; // and all above

export class Pathways {
  #Hls;
  #hls;
  #steering; // hls.js's own, which knows when a pathway was left
  #pathwayOf = new WeakMap(); // by which one a segment was asked for
  #timer;
  #mending;
  #hasCome = true; // something, since pathways that had been left were tried again

  constructor(Hls) {
    this.#Hls = Hls;
  }

  /** Return what hls.js is to be made with. */
  config() {
    const { contentSteeringController, errorController, playlistLoadPolicy } = this.#Hls.DefaultConfig;
    const { fragLoadPolicy } = retrying(this.#Hls.DefaultConfig);
    return {
      contentSteeringController: this.#returning(contentSteeringController),
      errorController: this.#leaving(errorController),
      fragLoadPolicy: this.#hasted(fragLoadPolicy),
      playlistLoadPolicy: this.#hasted(playlistLoadPolicy),
    };
  }

  /** Follow the player that was made with it. */
  follow(hls) {
    const { Events } = this.#Hls;
    this.#hls = hls;
    const { MANIFEST_PARSED, STEERING_MANIFEST_LOADED, LEVELS_UPDATED, FRAG_LOADED } = Events;
    for (const name of [MANIFEST_PARSED, STEERING_MANIFEST_LOADED, LEVELS_UPDATED, FRAG_LOADED]) {
      hls.on(name, () => this.#haste());
    }
    hls.on(Events.FRAG_LOADING, (_, { frag }) => {
      this.#pathwayOf.set(frag, this.#here);
      this.#watch(frag);
    });
    hls.on(LEVELS_UPDATED, () => this.#mend());
    for (const name of [FRAG_LOADED, Events.DESTROYING]) {
      hls.on(name, () => clearInterval(this.#timer));
    }
    hls.on(Events.FRAG_BUFFERED, () => {
      this.#hasCome = true;
      clearInterval(this.#mending);
    });
    hls.on(Events.DESTROYING, () => clearInterval(this.#mending));
  }

  get #here() {
    return this.#hls?.levels[0]?.pathwayId; // hls.js has the levels of one pathway at a time
  }

  /** Whether there is a pathway beside this one that has not failed. */
  get #hasOther() {
    const here = this.#here;
    return here !== undefined && this.#hls.pathways.some((pathway) => pathway !== here && !this.#isLeft(pathway));
  }

  #isLeft(pathway) {
    return performance.now() - (this.#steering.penalizedPathways[pathway] ?? -Infinity) <= PENALTY_MS;
  }

  #isOfAnother(frag) {
    const asked = this.#pathwayOf.get(frag);
    return asked !== undefined && asked !== this.#here;
  }

  #leaving(ErrorController) {
    const pathways = this;
    return class extends ErrorController {
      getFragRetryOrSwitchAction(data) {
        return pathways.#askHere(data) ?? super.getFragRetryOrSwitchAction(data);
      }

      getLevelSwitchAction(data, level) {
        const isLost = pathways.#isLost(data) && pathways.#hasOther;
        return isLost ? { ...LEAVE_PATHWAY } : super.getLevelSwitchAction(data, level);
      }
    };
  }

  #returning(ContentSteeringController) {
    const pathways = this;
    return class extends ContentSteeringController {
      constructor(hls) {
        super(hls);
        pathways.#steering = this;
      }

      onError(event, data) {
        if (data.errorAction?.flags & LEAVE_PATHWAY.flags && pathways.#mayReturn) {
          pathways.#hasCome = false;
          this.penalizedPathways = {};
        }
        super.onError(event, data);
      }
    };
  }

  /** Whether to try again what was left before: all have failed, but one after the other, as edges that are restarted. */
  get #mayReturn() {
    return this.#hasCome && this.#hls.pathways.length > 1 && !this.#hasOther;
  }

  /** Ask for a segment here that was asked for by a pathway which was left meanwhile: this one has not failed. */
  #askHere({ frag }) {
    if (!this.#isOfAnother(frag)) {
      return null;
    }
    return { ...ASK_AGAIN, retryConfig: this.#hls.config.fragLoadPolicy.default.errorRetry };
  }

  /** Whether what failed says that the pathway's host is not there. */
  #isLost({ details, response }) {
    const { FRAG_LOAD_ERROR, FRAG_LOAD_TIMEOUT, LEVEL_LOAD_ERROR, LEVEL_LOAD_TIMEOUT } = this.#Hls.ErrorDetails;
    const status = response?.code ?? 0; // 0: nothing came, or not all of it
    const isOfHost = status < 400 || status >= SERVER_ERRORS;
    const isOfLoading = [FRAG_LOAD_ERROR, FRAG_LOAD_TIMEOUT, LEVEL_LOAD_ERROR, LEVEL_LOAD_TIMEOUT].includes(details);
    return isOfHost && isOfLoading;
  }

  #hasted({ default: usual }) {
    const { errorRetry, timeoutRetry } = usual;
    const again = (times, { shouldRetry }) => (...asked) => {
      const [count, would] = [asked[1], shouldRetry?.(...asked) ?? asked[4]];
      return would && (count < times || !this.#hasOther);
    };
    return {
      default: {
        ...usual,
        errorRetry: { ...errorRetry, shouldRetry: again(1, errorRetry) },
        timeoutRetry: { ...timeoutRetry, shouldRetry: again(0, timeoutRetry) },
      },
    };
  }

  #haste() {
    const { fragLoadPolicy, playlistLoadPolicy } = this.#hls.config;
    const usual = this.#Hls.DefaultConfig.fragLoadPolicy.default.maxTimeToFirstByteMs;
    for (const policy of [fragLoadPolicy, playlistLoadPolicy]) {
      policy.default.maxTimeToFirstByteMs = this.#hasOther ? STANDS_STILL_MS : usual;
    }
  }

  /** Take what stands still for what never came. */
  #watch(frag) {
    let [loaded, since_ms] = [0, Infinity];
    clearInterval(this.#timer);
    this.#timer = setInterval(() => {
      const { stats } = frag;
      if (stats.aborted || frag.loader === null) {
        clearInterval(this.#timer);
      } else if (stats.loading.first && stats.loaded === loaded) {
        since_ms = Math.min(since_ms, performance.now());
        if (performance.now() - since_ms >= STANDS_STILL_MS && (this.#hasOther || this.#isOfAnother(frag))) {
          clearInterval(this.#timer);
          this.#giveUp(frag);
        }
      } else {
        [loaded, since_ms] = [stats.loaded, Infinity];
      }
    }, LOOK_EVERY_MS);
  }

  /**
   * Load on where hls.js 1.7 would not: it drops a segment that comes between a change of pathways and
   * the playlist of the new one, and, if that is the first since it began to load, waits for it for ever.
   */
  #mend() {
    clearInterval(this.#mending);
    this.#mending = setInterval(() => {
      const { frag, state } = this.#hls.inFlightFragments.main ?? {};
      const hasCome = frag?.stats.loading.end > 0 || frag?.stats.aborted;
      const waits = frag?.initSegment && !frag.initSegment.data; // for that, beside the segment
      if (state === "FRAG_LOADING" && hasCome && !waits) {
        this.#hls.stopLoad();
        this.#hls.startLoad(this.#hls.media?.currentTime || this.#hls.startPosition);
      }
    }, LOOK_EVERY_MS);
  }

  #giveUp(frag) {
    const { Events, ErrorDetails, ErrorTypes } = this.#Hls;
    const error = new Error(`nothing more came for ${STANDS_STILL_MS} ms`);
    const said = { type: ErrorTypes.NETWORK_ERROR, details: ErrorDetails.FRAG_LOAD_TIMEOUT, fatal: false, frag, error };
    this.#hls.trigger(Events.ERROR, said);
    frag.abortRequests();
  }
}
