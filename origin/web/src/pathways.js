// Leaves a pathway whose host does not answer for another one, before the sound ahead has been heard.
//
// hls.js alone tries every rung of a pathway before it leaves that, and gives each request ten seconds
// to begin, and four more times of that: for a player with ten seconds ahead, that is too late. Here
// a request has four seconds to begin, and what fails for want of an answer is not tried again there.
// How long an answer takes, once it has begun, does not matter: who is slow is not dead (down_switch.js
// sees to that). All of this holds only as long as there is a pathway that has not failed.

const BEGINS_MS = 4000;
const PENALTY_MS = 300_000; // for so long hls.js itself does not come back to a pathway that it left
const LEAVE_PATHWAY = { action: 2, flags: 1 }; // SendAlternateToPenaltyBox, MoveAllAlternatesMatchingHost
const SERVER_ERRORS = 500; // and all above
const OF_HOSTS = new Set(["fragLoadError", "fragLoadTimeOut", "levelLoadError", "levelLoadTimeOut"]);

/** Return an error controller that leaves a pathway at once where the host may be what failed. */
export function leavingPathways(ErrorController) {
  return class extends ErrorController {
    #left = new Map(); // when a pathway was left, in milliseconds

    getLevelSwitchAction(data, level) {
      const here = this.hls.levels[this.hls.loadLevel]?.pathwayId;
      if (here === undefined || !isOfHost(data) || !this.#hasOther(here)) {
        return super.getLevelSwitchAction(data, level);
      }
      this.#left.set(here, performance.now());
      return { ...LEAVE_PATHWAY };
    }

    #hasOther(here) {
      const now = performance.now();
      const isLeft = (pathway) => now - (this.#left.get(pathway) ?? -Infinity) <= PENALTY_MS;
      return this.hls.pathways.some((pathway) => pathway !== here && !isLeft(pathway));
    }
  };
}

/** Return what hls.js is to be told of loading where there may be several pathways. */
export function loadPolicies(Hls) {
  const { fragLoadPolicy, playlistLoadPolicy } = Hls.DefaultConfig;
  return { fragLoadPolicy: copied(fragLoadPolicy), playlistLoadPolicy: copied(playlistLoadPolicy) };
}

/** Have requests of a player begin soon, or not be waited for, whenever it has several pathways. */
export function watchPathways(Hls, hls) {
  const { fragLoadPolicy, playlistLoadPolicy } = hls.config;
  const policies = [fragLoadPolicy.default, playlistLoadPolicy.default];
  const usual = policies.map(({ maxTimeToFirstByteMs, timeoutRetry }) => ({ maxTimeToFirstByteMs, timeoutRetry }));
  const hasted = { maxTimeToFirstByteMs: BEGINS_MS, timeoutRetry: null };
  const look = () => {
    const hasOthers = hls.pathways.length > 1;
    policies.forEach((policy, index) => Object.assign(policy, hasOthers ? hasted : usual[index]));
  };
  hls.on(Hls.Events.MANIFEST_PARSED, look);
  hls.on(Hls.Events.STEERING_MANIFEST_LOADED, look);
}

function isOfHost({ details, response }) {
  const status = response?.code ?? 0; // 0: nothing came, or not all of it
  return OF_HOSTS.has(details) && (status < 400 || status >= SERVER_ERRORS);
}

function copied(policy) {
  return { default: { ...policy.default } };
}
