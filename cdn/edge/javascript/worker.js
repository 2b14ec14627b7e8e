// A Cloudflare Worker at /t/*: preflights are answered, a playback token is verified and cut off, and
// what is behind it is asked for as everybody asks for it, so that listeners share one copy. What
// players say of themselves (their query, their site) goes no further than here: it is in
// Cloudflare's key. PLAYBACK_KEYS is a secret of the Worker: a JWK set (RFC 7517 §5).

const KINDS = {
  "EC P-256": { algs: ["ES256"], import: { name: "ECDSA", namedCurve: "P-256" }, verify: { name: "ECDSA", hash: "SHA-256" } },
  "OKP Ed25519": { algs: ["EdDSA", "Ed25519"], import: { name: "Ed25519" }, verify: { name: "Ed25519" } },
  "oct undefined": { algs: ["HS256"], import: { name: "HMAC", hash: "SHA-256" }, verify: { name: "HMAC" } },
};
const NOT_PASSED_ON = ["authorization", "cookie", "origin", "referer"];
const NOT_OF_COPIES = ["cmcd-object", "cmcd-request", "cmcd-session", "cmcd-status"];
const NOT_KEPT = new RegExp(POLICY.not_kept);
const KEYS = new Map();

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    const found = divided(url.pathname);
    if (found === null) {
      return answer(401, POLICY.beside[401]); // nobody blocks what a Worker asks for
    }
    if (request.method === "OPTIONS") {
      return answer(204, POLICY.preflight);
    }
    const token = parsed(found.token, decoded);
    const status = await statusOf(token, found.path, request, env);
    if (status !== 0) {
      return answer(status, POLICY.beside[status] || {});
    }
    const headers = new Headers(request.headers);
    const isKept = !NOT_KEPT.test(found.path);
    [...NOT_PASSED_ON, ...(isKept ? NOT_OF_COPIES : [])].forEach((name) => headers.delete(name));
    const asked = { method: request.method, headers: headers, redirect: "manual" };
    const target = url.origin + found.path + (isKept ? "" : url.search);
    const got = await fetch(new Request(target, asked), { cf: { cacheEverything: isKept } });
    return token.claims.referrers === undefined ? got : onThisPageAlone(got);
  },
};

async function statusOf(token, path, request, env) {
  if (token === null || !(await isSigned(token, env))) {
    return 401;
  }
  const wanted = wantedAt(path);
  if (wanted === null) {
    return 404;
  }
  if (request.method !== "GET" && request.method !== "HEAD") {
    return 405;
  }
  const said = {
    country: (request.cf && request.cf.country) || null,
    origin: request.headers.get("origin"),
    referrer: request.headers.get("referer"),
  };
  return refusal(token.claims, wanted, said, Date.now() / 1000);
}

async function isSigned(token, env) {
  const jwk = JSON.parse(env.PLAYBACK_KEYS).keys.find((each) => each.kid === token.header.kid);
  const kind = jwk && KINDS[jwk.kty + " " + jwk.crv];
  if (!kind || kind.algs.indexOf(token.header.alg) < 0) {
    return false;
  }
  const name = JSON.stringify(jwk);
  if (!KEYS.has(name)) {
    KEYS.set(name, await crypto.subtle.importKey("jwk", plain(jwk), kind.import, false, ["verify"]));
  }
  const signed = new TextEncoder().encode(token.signed);
  return crypto.subtle.verify(kind.verify, KEYS.get(name), bytesOf(token.signature), signed);
}

// Returns a key without what only says what it is for: some engines know "EdDSA", others "Ed25519".
function plain(jwk) {
  const members = {};
  ["kty", "crv", "x", "y", "k"].forEach((name) => {
    if (jwk[name] !== undefined) {
      members[name] = jwk[name];
    }
  });
  return members;
}

// Keeps browsers from giving on one site what they were given on another.
function onThisPageAlone(got) {
  const same = new Response(got.body, got);
  same.headers.append("Vary", "Origin, Referer");
  return same;
}

function decoded(text) {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytesOf(text));
}

function bytesOf(text) {
  const padded = text.replace(/-/g, "+").replace(/_/g, "/");
  return Uint8Array.from(atob(padded), (each) => each.charCodeAt(0));
}

function answer(status, fields) {
  const body = status === 204 ? null : "";
  const headers = Object.assign({}, POLICY.cors, POLICY.refused, fields);
  return new Response(body, { status: status, headers: headers });
}
