"""Signing a playback token, and verifying one that a stranger sent.

Nothing that a token says is believed before its signature was verified, but for the name of its
key; the algorithm is the key's, whatever the header claims. What tokens are refused for is not
told, except that a good one has expired. ``claims`` reads what they say.

Edges verify tokens, too, by other libraries. So JSON is read as all of them read it: in UTF-8 and
nothing else (RFC 7519 §7.2), without what Python alone takes for JSON.
"""

import json
import re
from base64 import urlsafe_b64decode
from collections.abc import Iterable
from typing import Any, Final, NoReturn

import jwt
from jwt.algorithms import OKPAlgorithm

from cdn.errors import TokenRefused, TokenTooLong, UnusableKey
from cdn.signing.bounds import ANYWHERE, Bounds
from cdn.signing.claims import CLOCK_SKEW_S, PlaybackToken, claims_of, read
from cdn.signing.keys import KEYS_MAX, PublicKey, SigningKey
from cdn.signing.scope import EVERYTHING, Scope
from cdn.signing.secret import SecretKey

__all__ = [
    "CLOCK_SKEW_S",
    "TOKEN_CHARACTERS_MAX",
    "TOKEN_PATTERN",
    "KeyRing",
    "PlaybackToken",
    "sign",
]

TOKEN_CHARACTERS_MAX: Final = 2048
TOKEN_PATTERN: Final = r"[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){2}"  # noqa: S105 how it looks

_TOKEN: Final = re.compile(TOKEN_PATTERN)
_NEEDED: Final = frozenset({"aud", "exp"})
_NOT_UNDERSTOOD: Final = frozenset({"crit", "b64"})
"""What changes how a token is to be read (RFC 7515 §4.1.11, RFC 7797 §3), whatever it says."""
_JWS: Final = jwt.PyJWS()
_JWS.register_algorithm("Ed25519", OKPAlgorithm())


def sign(
    playback_id: str,
    key: SigningKey | SecretKey,
    *,
    now_s: float,
    valid_for_s: float,
    scopes: frozenset[Scope] = EVERYTHING,
    bounds: Bounds = ANYWHERE,
    asset_id: str | None = None,
) -> str:
    """Return a token that opens a playback id until its time is over.

    Raises ManifestError where an id is none, TokenTooLong where it says more than fits.
    """
    said = PlaybackToken(playback_id, now_s + valid_for_s, scopes, bounds, asset_id)
    headers = {"kid": key.kid}
    token = jwt.encode(claims_of(said, now_s), key.half, key.algorithm.value, headers=headers)
    if len(token) > TOKEN_CHARACTERS_MAX:
        raise TokenTooLong(
            f"the token would have {len(token)} characters, more than {TOKEN_CHARACTERS_MAX}; "
            "name fewer countries or pages"
        )
    return token


class KeyRing:
    """The keys that tokens may be signed with, by name."""

    def __init__(self, keys: Iterable[PublicKey | SecretKey]) -> None:
        self._keys: dict[str, PublicKey | SecretKey] = {}
        for key in keys:
            if self._keys.setdefault(key.kid, key).to_jwk() != key.to_jwk():
                raise UnusableKey(f"two keys have the same name, {key.kid!r}")
        if len(self._keys) > KEYS_MAX:
            raise UnusableKey(f"there are more than {KEYS_MAX} keys")

    @property
    def kids(self) -> tuple[str, ...]:
        """The names of all of them."""
        return tuple(sorted(self._keys))

    @property
    def public_keys(self) -> tuple[PublicKey, ...]:
        """Those that anybody may know, by name."""
        keys = (self._keys[kid] for kid in self.kids)
        return tuple(key for key in keys if isinstance(key, PublicKey))

    def with_key(self, key: PublicKey | SecretKey) -> "KeyRing":
        """Return a ring with one more."""
        return KeyRing([*self._keys.values(), key])

    def verify(self, token: str, now_s: float) -> PlaybackToken:
        """Return what a token says; TokenRefused, TokenExpired where it opens nothing."""
        if len(token) > TOKEN_CHARACTERS_MAX or not _TOKEN.fullmatch(token):
            raise TokenRefused("this is no token")
        try:
            key = self._key_of(_read(_bytes_of(token.partition(".")[0])))
            claims = _read(_JWS.decode(token, key.half, algorithms=key.algorithm.names))
        except (jwt.PyJWTError, ValueError, RecursionError) as error:
            raise TokenRefused("this token is not as it was signed") from error
        if not isinstance(claims, dict) or not _NEEDED.issubset(claims):
            raise TokenRefused("this token does not say for what it is, or how long")
        return read(claims, now_s)

    def _key_of(self, header: Any) -> PublicKey | SecretKey:
        if not isinstance(header, dict) or not _NOT_UNDERSTOOD.isdisjoint(header):
            raise TokenRefused("this token is not for who verifies it here")
        kid = header.get("kid")
        key = self._keys.get(kid) if isinstance(kid, str) else None
        if key is None:
            raise TokenRefused("this token is not signed with a key that is known")
        return key


def _bytes_of(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _refuse(constant: str) -> NoReturn:
    raise TokenRefused(f"{constant} is none of JSON's numbers")


_JSON: Final = json.JSONDecoder(parse_constant=_refuse)


def _read(data: bytes) -> Any:
    return _JSON.decode(data.decode())
