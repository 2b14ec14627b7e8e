// What the list is asked for, as it stands in the page's address beside the track that is open: a
// reload, Back and whoever gets the link find the same.

const ORDERS = ["trending", "plays"];
const USUAL = "newest";
const WORDS_LENGTH_MAX = 200; // as the box has it

export const EVERYTHING = Object.freeze({ words: "", genre: null, order: USUAL });

/** Read it: words, a genre or null, and an order; what is no order is the usual one. */
export function readAsked() {
  const said = new URLSearchParams(location.search);
  return {
    words: (said.get("q") ?? "").trim().slice(0, WORDS_LENGTH_MAX),
    genre: said.get("genre") || null,
    order: ORDERS.includes(said.get("order")) ? said.get("order") : USUAL,
  };
}

/** Write it, in place: Back leads to the track or page before, not to the letter before. */
export function writeAsked({ words, genre, order }) {
  const said = new URLSearchParams(location.search);
  const before = said.toString();
  for (const [name, value] of Object.entries({ q: words, genre, order: order === USUAL ? null : order })) {
    said.delete(name);
    if (value) {
      said.append(name, value);
    }
  }
  const after = said.toString();
  if (after === before) {
    return;
  }
  try {
    history.replaceState(history.state, "", after ? `?${after}` : location.pathname);
  } catch (error) {
    console.warn(error); // Safari takes so many in a while; a later one says it all the same
  }
}

/** Whether it is less than all there is, or in another order than the usual one. */
export function isNarrowed({ words, genre, order }) {
  return words !== "" || genre !== null || order !== USUAL;
}
