// Has hls.js 1.7 load an initialization section once more where a segment is given up beside it, not for ever.
//
// Both come at once. Where somebody seeks meanwhile, the next segment wants the same section, and
// has the one that is on its way broken off, to ask anew. hls.js takes that for a failure of what it
// has just begun, breaks it off, and begins again at its next look: ten times a second, until a
// section comes within that time, which from far away it never does. So of what is broken off
// nothing is said: whoever waited for it has been given up as well.

/** Return what loads segments and initialization sections for hls.js. */
export function breakingOffQuietly(Loader) {
  return class extends Loader {
    abort() {
      if (this.context?.frag.sn === "initSegment") {
        this.callbacks = null;
      }
      super.abort();
    }
  };
}
