"""Signing a playback token, and verifying one that a stranger sent.

Nothing that a token says is believed before its signature was verified, but for the name of its
key; the algorithm is the key's, whatever the header claims. Verifying needs public keys alone, so
there is no secret here for a response time to tell; what tokens are refused for is not told either,
except that a good one has expired.
"""

import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import jwt
from jwt.types import Options

from cdn.errors import TokenExpired, TokenRefused, UnusableKey
from cdn.signing.keys import KEYS_MAX, PublicKey, SigningKey
from manifests.errors import ManifestError
from manifests.layout import check_id

TOKEN_CHARACTERS_MAX: Final = 1024
CLOCK_SKEW_S: Final = 60
"""How far ahead the clock of who signs may be, where it says from when on a token is good."""

_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2}")
_TEXTS: Final = ("iss", "sub", "jti")
_LAST_MOMENT_S: Final = 253_402_300_799  # the end of the year 9999
_OPTIONS: Final[Options] = {  # times and the audience are looked at here, by the time given
    "require": ["aud", "exp"],
    "verify_aud": False,
    "verify_exp": False,
    "verify_iat": False,
    "verify_nbf": False,
}


@dataclass(frozen=True, slots=True)
class PlaybackToken:
    """What a token that is good says; the time is Unix time."""

    playback_id: str
    expires_at_s: float


def sign(playback_id: str, key: SigningKey, *, now_s: float, valid_for_s: float) -> str:
    """Return a token that opens a playback id until its time is over."""
    claims = {
        "aud": check_id(playback_id),
        "iat": math.floor(now_s),
        "exp": math.floor(now_s + valid_for_s),
    }
    public = key.public
    return jwt.encode(claims, key.half, public.algorithm.value, headers={"kid": public.kid})


class KeyRing:
    """The keys that tokens may be signed with, by name."""

    def __init__(self, keys: Iterable[PublicKey]) -> None:
        self._keys: dict[str, PublicKey] = {}
        for key in keys:
            if self._keys.setdefault(key.kid, key).to_jwk() != key.to_jwk():
                raise UnusableKey(f"two keys have the same name, {key.kid!r}")
        if len(self._keys) > KEYS_MAX:
            raise UnusableKey(f"there are more than {KEYS_MAX} keys")

    @property
    def keys(self) -> tuple[PublicKey, ...]:
        """All of them, by name."""
        return tuple(self._keys[kid] for kid in sorted(self._keys))

    def verify(self, token: str, now_s: float) -> PlaybackToken:
        """Return what a token says; TokenRefused, TokenExpired where it opens nothing."""
        if len(token) > TOKEN_CHARACTERS_MAX or not _TOKEN.fullmatch(token):
            raise TokenRefused("this is no token")
        try:
            kid = jwt.get_unverified_header(token).get("kid")
            key = self._keys.get(kid) if isinstance(kid, str) else None
            if key is None:
                raise TokenRefused("this token is not signed with a key that is known")
            algorithms = [key.algorithm.value]
            claims = jwt.decode(token, key.half, algorithms=algorithms, options=_OPTIONS)
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise TokenRefused("this token is not as it was signed") from error
        return _read(claims, now_s)


def _read(claims: Mapping[str, Any], now_s: float) -> PlaybackToken:
    """Return what is claimed, by a signature that was verified."""
    _check_types(claims)
    expires_at_s, not_before_s = _moment(claims["exp"]), _moment(claims.get("nbf", 0))
    if now_s + CLOCK_SKEW_S < not_before_s:
        raise TokenRefused("this token is not good yet")
    if now_s >= expires_at_s:
        raise TokenExpired("this token has expired")
    audience = claims["aud"]
    if isinstance(audience, list) and len(audience) == 1:  # RFC 7519 §4.1.3: either form
        audience = audience[0]
    if not isinstance(audience, str):
        raise TokenRefused("this token is not for one playback id")
    try:
        return PlaybackToken(check_id(audience), expires_at_s)
    except ManifestError as error:
        raise TokenRefused("this token is for no playback id") from error


def _check_types(claims: Mapping[str, Any]) -> None:
    """Refuse what is not as it has to be where it is there at all (RFC 7519 §4.1)."""
    _moment(claims.get("iat", 0))
    if not all(isinstance(claims.get(name, ""), str) for name in _TEXTS):
        raise TokenRefused("this token's names are no texts")


def _moment(claim: object) -> float:
    """Read a NumericDate (RFC 7519 §2)."""
    if not isinstance(claim, int | float) or isinstance(claim, bool):
        raise TokenRefused("this token's times are no numbers")
    if not 0 <= claim <= _LAST_MOMENT_S:  # nor is what JSON in Python calls NaN
        raise TokenRefused("this token's times are out of all bounds")
    return float(claim)
