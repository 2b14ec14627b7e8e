// How hls.js asks for a segment again that did not come whole.
//
// A server that dies in the middle of a segment ends the connection, and a browser says of that no
// more than of an address that is forbidden: status 0. hls.js then never asks again; it takes another
// rung, or, where there is none, gives up. But whoever stands in front has found another server by
// then: so once, and soon, the same segment is asked for again. What fails twice is left to hls.js.

const SOON_MS = 250;
const TIMES = 8; // with waits that double up to hls.js's own longest, half a minute in all

/** Return what hls.js is to do when segments fail; all else is as it does it by itself. */
export function retrying({ fragLoadPolicy: { default: usual } }) {
  const errorRetry = {
    ...usual.errorRetry,
    maxNumRetry: TIMES,
    retryDelayMs: SOON_MS,
    shouldRetry: (_config, failed, _isTimeout, response, would) =>
      would || (failed === 0 && response?.code === 0),
  };
  return { fragLoadPolicy: { default: { ...usual, errorRetry } } };
}
