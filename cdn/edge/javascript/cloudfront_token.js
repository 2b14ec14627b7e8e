// A CloudFront function for viewer requests (runtime 2.0): preflights of what plays are answered
// here; a playback token is verified and cut off the path, so that listeners share one copy. The
// runtime can do no more than HMAC, so tokens are HS256 (RFC 7518 §3.2): the key value store has
// each key's "k" by its "kid".

const KEYS = cf.kvs();
const OPEN = new RegExp(POLICY.open);
const REASONS = { 401: "Unauthorized", 403: "Forbidden", 404: "Not Found" };

async function handler(event) {
  const request = event.request;
  if (request.method === "OPTIONS") {
    return answer(204, "No Content", POLICY.preflight);
  }
  if (OPEN.test(request.uri) && wantedAt(request.uri) !== null) {
    return request;
  }
  const found = divided(request.uri);
  const status = found === null ? 401 : await statusOf(found, request.headers);
  if (status !== 0) {
    return answer(status, REASONS[status], POLICY.beside[status] || {});
  }
  request.uri = found.path;
  return request;
}

async function statusOf(found, headers) {
  const wanted = wantedAt(found.path);
  const token = parsed(found.token, decoded);
  if (token === null || token.header.alg !== "HS256") {
    return 401;
  }
  let key = null;
  try {
    key = await KEYS.get(token.header.kid);
  } catch (error) {
    return 401; // no such key, or none that can be had now
  }
  const hmac = crypto.createHmac("sha256", Buffer.from(key, "base64url"));
  if (!isSame(hmac.update(token.signed).digest("base64url"), token.signature)) {
    return 401;
  }
  if (wanted === null) {
    return 404;
  }
  const said = {
    country: saidIn(headers, "cloudfront-viewer-country"),
    origin: saidIn(headers, "origin"),
    referrer: saidIn(headers, "referer"),
  };
  return refusal(token.claims, wanted, said, Date.now() / 1000);
}

function decoded(text) {
  const said = Buffer.from(text, "base64url").toString();
  if (Buffer.from(said).toString("base64url") !== text) {
    throw new Error("this is no UTF-8");
  }
  return said;
}

// Compares in a time that does not tell where two texts differ.
function isSame(mine, theirs) {
  let differences = mine.length ^ theirs.length;
  for (let i = 0; i < mine.length; i++) {
    differences |= mine.charCodeAt(i) ^ theirs.charCodeAt(i);
  }
  return differences === 0;
}

function saidIn(headers, name) {
  const field = headers[name];
  if (field === undefined) {
    return null;
  }
  const all = field.multiValue;
  return all === undefined ? field.value : all.map((each) => each.value).join(", ");
}
