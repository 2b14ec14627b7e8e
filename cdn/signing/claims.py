"""What a token says, as its claims and as we know it. Pure.

Claims that nobody here knows are passed over (RFC 7519 §4): who issues tokens may say in them
what else it likes. But for those that are meant to restrict in a way that is not held to here:
a token that has one opens nothing, rather than more than it should. A bound that is yet to come
has to be named in ``crit`` (RFC 7515 §4.1.11), by which all verifiers of today refuse its tokens.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from cdn.errors import TokenExpired, TokenRefused
from cdn.signing import scope
from cdn.signing.bounds import ANYWHERE, Bounds, read_bounds
from cdn.signing.scope import EVERYTHING, Scope
from manifests.errors import ManifestError
from manifests.layout import check_id

CLOCK_SKEW_S: Final = 60
"""How far ahead the clock of who signs may be, where it says from when on a token is good."""
_TEXTS: Final = ("iss", "sub", "jti")
KNOWN: Final = frozenset(
    {
        "aud", "exp", "iat", "nbf", "iss", "sub", "jti",
        "scope", "asset", "countries", "referrers", "no_referrer",
    }
)  # fmt: skip
RESTRICTING: Final = frozenset(
    {
        "cnf",  # to who has a key (RFC 7800 §3.1)
        "cdnicrit", "cdniip", "cdniuc",  # to who understands all, addresses, URLs (RFC 9246 §2.1)
        "assets", "country", "referer", "referers", "referrer", "scopes",  # ours, misspelt
    }
)  # fmt: skip
"""Claims by which a token would be good for less, if they were understood."""
LAST_MOMENT_S: Final = 253_402_300_799  # the end of the year 9999


@dataclass(frozen=True, slots=True)
class PlaybackToken:
    """What a token that is good says; the time is Unix time.

    ``asset_id`` is what its playback id played when it was signed, for edges that cannot look.
    """

    playback_id: str
    expires_at_s: float
    scopes: frozenset[Scope] = EVERYTHING
    bounds: Bounds = ANYWHERE
    asset_id: str | None = None


def claims_of(token: PlaybackToken, now_s: float) -> dict[str, Any]:
    """Return a token's claims; ManifestError where an id is none."""
    bounds = token.bounds
    claims: dict[str, Any] = {
        "aud": check_id(token.playback_id),
        "iat": math.floor(now_s),
        "exp": math.floor(token.expires_at_s),
    }
    if token.asset_id is not None:
        claims["asset"] = check_id(token.asset_id)
    if token.scopes != EVERYTHING:
        claims["scope"] = scope.written(token.scopes)
    if bounds.countries is not None:
        claims["countries"] = sorted(bounds.countries)
    if bounds.referrers is not None:
        claims["referrers"] = sorted(map(str, bounds.referrers))
        if bounds.no_referrer:
            claims["no_referrer"] = True
    return claims


def read(claims: Mapping[str, Any], now_s: float) -> PlaybackToken:
    """Return what is claimed; TokenRefused, TokenExpired where that opens nothing."""
    _check_types(claims)
    expires_at_s, not_before_s = _moment(claims["exp"]), _moment(claims.get("nbf", 0))
    if now_s + CLOCK_SKEW_S < not_before_s:
        raise TokenRefused("this token is not good yet")
    if now_s >= expires_at_s:
        raise TokenExpired("this token has expired")
    audience, asset_id = claims["aud"], claims.get("asset")
    if isinstance(audience, list) and len(audience) == 1:  # RFC 7519 §4.1.3: either form
        audience = audience[0]
    scopes = scope.read_scopes(claims["scope"]) if "scope" in claims else EVERYTHING
    bounds = read_bounds(
        claims.get("countries"), claims.get("referrers"), claims.get("no_referrer")
    )
    return PlaybackToken(
        _id(audience),
        expires_at_s,
        scopes,
        bounds,
        None if asset_id is None else _id(asset_id),
    )


def _check_types(claims: Mapping[str, Any]) -> None:
    """Refuse what is not as it has to be where it is there at all (RFC 7519 §4.1)."""
    if not RESTRICTING.isdisjoint(claims):
        raise TokenRefused("this token is restricted in a way that nobody here holds to")
    if any(claims.get(name, "") is None for name in KNOWN):
        raise TokenRefused("this token says null")
    _moment(claims.get("iat", 0))
    if not all(isinstance(claims.get(name, ""), str) for name in _TEXTS):
        raise TokenRefused("this token's names are no texts")


def _id(claim: object) -> str:
    if not isinstance(claim, str):
        raise TokenRefused("this token is not for one playback id")
    try:
        return check_id(claim)
    except ManifestError as error:
        raise TokenRefused("this token is for no id") from error


def _moment(claim: object) -> float:
    """Read a NumericDate (RFC 7519 §2)."""
    if not isinstance(claim, int | float) or isinstance(claim, bool):
        raise TokenRefused("this token's times are no numbers")
    if not 0 <= claim <= LAST_MOMENT_S:  # nor is what JSON in Python calls NaN
        raise TokenRefused("this token's times are out of all bounds")
    return float(claim)
