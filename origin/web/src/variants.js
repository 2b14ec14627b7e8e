// Which variant of a multivariant playlist hls.js will begin with (RFC 8216 §4.3.4.2).

const VARIANT = /^#EXT-X-STREAM-INF:(?:.*,)?BANDWIDTH=(\d+).*\n([^#\s].*)$/gm;

/** Return the address of the best variant that a connection carries, else of the least; null of none. */
export function firstVariant(playlist, bps) {
  const variants = [...playlist.matchAll(VARIANT)].map(([, bandwidth, uri]) => ({ bandwidth: Number(bandwidth), uri }));
  variants.sort((one, other) => one.bandwidth - other.bandwidth);
  const best = variants.findLast(({ bandwidth }) => bandwidth <= bps) ?? variants[0];
  const found = variants.find(({ bandwidth }) => bandwidth === best.bandwidth); // on the first pathway that has it
  return found?.uri.trim() ?? null;
}
