// What of a media playlist sound begins with (RFC 8216 §4.3.2).

const MAP = /^#EXT-X-MAP:(?:.*,)?URI="([^"]+)"/m;
const SEGMENT = /^[^#\s].*$/m;

/** Return the addresses of its initialization section and of its first segment; none of what it has not. */
export function beginningOf(playlist) {
  const uris = [MAP.exec(playlist)?.[1], SEGMENT.exec(playlist)?.[0].trim()];
  return uris.filter((uri) => uri !== undefined);
}
