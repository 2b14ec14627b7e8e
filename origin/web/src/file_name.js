// Makes of a file's name what the API takes: one line of so many characters, all of which are seen.
// A disk may take names that are longer, and has no objection to characters that turn text around.

const NAME_LENGTH_MAX = 255; // code points
const TITLE_LENGTH_MAX = 200;
const EXTENSION = /\.[^.\s]{0,15}$/u;
const BREAKS = /[\t-\r\u2028\u2029]+/g;
const UNSEEN = /[\p{Cc}\p{Cs}\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]/gu; // Cs: halves of pairs
const SEEN = /[\p{L}\p{N}\p{P}\p{S}]/u;
const NAMELESS = "source";

/** Return a name for the upload of a file; of one that is too long, the end goes, but for the extension. */
export function nameOf({ name }) {
  const seen = line(name);
  const [extension = ""] = EXTENSION.exec(seen) ?? [];
  const stem = seen.slice(0, seen.length - extension.length);
  const made = cut(stem, NAME_LENGTH_MAX - [...extension].length) + extension;
  return SEEN.test(made) ? made : NAMELESS;
}

/** Return a title for what is in a file, as far as its name is one; empty where it is none. */
export function titleOf({ name }) {
  const made = cut(line(name).replace(EXTENSION, "").replaceAll("_", " ").trim(), TITLE_LENGTH_MAX);
  return SEEN.test(made) ? made : "";
}

function line(text) {
  return text.replace(BREAKS, " ").replace(UNSEEN, "").normalize();
}

function cut(text, length) {
  return [...text].slice(0, length).join("").trim();
}
