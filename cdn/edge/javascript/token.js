// What a playback token says, and whether it opens what is asked for: the rules of cdn.signing for
// edges that run JavaScript. Nothing here is believed before its signature was verified, which each
// kind of edge does in its own way. No more than ECMAScript 5.1 with const, let and arrows: that is
// what CloudFront's functions have in common with the rest.

const ENTRY = new RegExp(POLICY.entry);
const ASSET = new RegExp(POLICY.asset);
const PREFIX = new RegExp(POLICY.prefix);
const PATTERN = new RegExp(POLICY.pattern);
const TOKEN = new RegExp(POLICY.token);
const PAGE = new RegExp(POLICY.page, "i");
const PORTS = { http: "80", https: "443" };

// Returns the token in front of a path and the path behind it, null where there is none.
function divided(uri) {
  const found = PREFIX.exec(uri);
  return found === null ? null : { token: found[1], path: uri.slice(found[0].length) };
}

// Returns what a path needs, null where no token opens it. A path that could be read in two ways
// (escapes, dots, empty segments) is none: the origin might read it as another asset's.
function wantedAt(path) {
  const scope = POLICY.about.some((end) => path.endsWith(end)) ? "about" : "play";
  const entry = ENTRY.exec(path);
  if (entry !== null) {
    return { scope: scope, playback: entry[1] };
  }
  const asset = ASSET.exec(path);
  return asset === null ? null : { scope: scope, asset: asset[1] };
}

// Returns the three parts of a token, null where it is none; decode reads base64url as text.
function parsed(token, decode) {
  if (token.length > POLICY.characters_max || !TOKEN.test(token)) {
    return null;
  }
  const parts = token.split(".");
  try {
    const header = JSON.parse(decode(parts[0]));
    const claims = JSON.parse(decode(parts[1]));
    if (!isRecord(header) || !isRecord(claims) || header.crit !== undefined) {
      return null;
    }
    if (typeof header.kid !== "string" || header.kid === "" || header.b64 !== undefined) {
      return null;
    }
    return { header: header, claims: claims, signed: parts[0] + "." + parts[1], signature: parts[2] };
  } catch (error) {
    return null;
  }
}

// Returns 0 where claims open what is wanted, 401 where they are good for nothing (any more), 403
// where for something else. said is what the request says: country, origin and referrer, or null.
function refusal(claims, wanted, said, nowS) {
  if (!areGood(claims, nowS)) {
    return 401;
  }
  if (!isWithin(claims, said)) {
    return 403;
  }
  if (claims.scope !== undefined && claims.scope.split(" ").indexOf(wanted.scope) < 0) {
    return 403;
  }
  const playback = Array.isArray(claims.aud) ? claims.aud[0] : claims.aud;
  const isOpen =
    wanted.asset === undefined ? playback === wanted.playback : claims.asset === wanted.asset;
  return isOpen ? 0 : 403;
}

function areGood(claims, nowS) {
  if (POLICY.restricting.some((name) => claims[name] !== undefined)) {
    return false;
  }
  const texts = ["iss", "sub", "jti"];
  if (!texts.every((name) => claims[name] === undefined || typeof claims[name] === "string")) {
    return false;
  }
  if (!isMoment(claims.exp) || !isMoment(orElse(claims.nbf, 0)) || !isMoment(orElse(claims.iat, 0))) {
    return false;
  }
  if (nowS + POLICY.skew_s < orElse(claims.nbf, 0) || nowS >= claims.exp) {
    return false;
  }
  const audience =
    Array.isArray(claims.aud) && claims.aud.length === 1 ? claims.aud[0] : claims.aud;
  return isId(audience) && (claims.asset === undefined || isId(claims.asset)) && areBounds(claims);
}

function areBounds(claims) {
  const isScope =
    claims.scope === undefined ||
    (typeof claims.scope === "string" && new RegExp(POLICY.scope).test(claims.scope));
  const isSaidOfPages =
    claims.no_referrer === undefined ||
    (typeof claims.no_referrer === "boolean" && claims.referrers !== undefined);
  return (
    isScope &&
    isSaidOfPages &&
    areTexts(claims.countries, (text) => new RegExp(POLICY.country).test(text)) &&
    areTexts(claims.referrers, (text) => text.length <= POLICY.page_max && patternOf(text) !== null)
  );
}

function areTexts(claim, isOne) {
  if (claim === undefined) {
    return true;
  }
  return (
    Array.isArray(claim) &&
    claim.length > 0 &&
    claim.every((each) => typeof each === "string" && isOne(each))
  );
}

function isWithin(claims, said) {
  if (claims.countries !== undefined) {
    const isKnown = said.country !== null && POLICY.no_country.indexOf(said.country) < 0;
    if (!isKnown || claims.countries.indexOf(said.country) < 0) {
      return false;
    }
  }
  if (claims.referrers === undefined) {
    return true;
  }
  if (said.origin === null && !said.referrer) {
    return claims.no_referrer === true;
  }
  const page = said.origin === null ? pageOf(said.referrer, false) : pageOf(said.origin, true);
  return page !== null && claims.referrers.some((each) => fits(patternOf(each), page));
}

function patternOf(text) {
  const found = PATTERN.exec(text);
  if (found === null || (found[2] && found[3].charAt(0) === "[")) {
    return null;
  }
  const scheme = orElse(found[1], null);
  const port = found[4] ? portOf(found[4]) : orElse(PORTS[scheme], null);
  return { scheme: scheme, isBelow: !!found[2], host: found[3], port: port };
}

function pageOf(url, isWhole) {
  const found = url.length > POLICY.url_max ? null : PAGE.exec(url);
  if (found === null || (isWhole && found[4] !== undefined)) {
    return null;
  }
  const scheme = found[1].toLowerCase();
  const port = found[3] ? portOf(found[3]) : orElse(PORTS[scheme], null);
  return { scheme: scheme, host: found[2].toLowerCase(), port: port };
}

function fits(pattern, page) {
  if (pattern.scheme === null) {
    if (PORTS[page.scheme] === undefined || (pattern.port !== null && page.port !== pattern.port)) {
      return false;
    }
  } else if (page.scheme !== pattern.scheme || page.port !== pattern.port) {
    return false;
  }
  return pattern.isBelow ? page.host.endsWith("." + pattern.host) : page.host === pattern.host;
}

function portOf(text) {
  return String(Number(text));
}

function isMoment(claim) {
  return typeof claim === "number" && claim >= 0 && claim <= POLICY.last_moment_s;
}

function isId(claim) {
  return typeof claim === "string" && new RegExp(POLICY.id).test(claim);
}

function isRecord(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function orElse(value, other) {
  return value === undefined ? other : value;
}
