"""Secret keys of playback tokens: HS256 (RFC 7518 §3.2), for edges that can do no more than HMAC.

CloudFront's functions are such: their ``crypto`` has digests and HMAC alone. Who verifies by one
can sign by it, too, so it is never published, and only those get it who may. It is kept as a JWK
(RFC 7518 §6.4) and has to have a name there: a thumbprint would tell something of a secret that
somebody has made up (RFC 7638 §7).
"""

import json
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from cdn.errors import UnusableKey
from cdn.signing.keys import Algorithm, base64url

SECRET_KEY_TYPE: Final = "oct"  # noqa: S105 a kind of key
SECRET_BYTES: Final = 32
"""As long as the digest (RFC 7518 §3.2), of which fewer are refused."""
_BYTES_MAX: Final = 1024


@dataclass(frozen=True, slots=True)
class SecretKey:
    """What signs and verifies; it never shows in a representation or a log."""

    kid: str
    half: bytes = field(repr=False)

    @property
    def algorithm(self) -> Algorithm:
        """What it signs by."""
        return Algorithm.HS256

    def to_jwk(self) -> dict[str, str]:
        """Return it as it is kept."""
        return {
            "kty": SECRET_KEY_TYPE,
            "k": base64url(self.half),
            "kid": self.kid,
            "use": "sig",
            "alg": self.algorithm.value,
        }

    def to_json(self) -> bytes:
        """Return it as a file has it."""
        return json.dumps(self.to_jwk()).encode() + b"\n"


def new_secret_key(random: bytes) -> SecretKey:
    """Make a key of random bytes: ``SECRET_BYTES`` of the secret, all others of its name."""
    if len(random) <= SECRET_BYTES:
        raise ValueError("nothing is left for a name")
    return SecretKey(base64url(random[SECRET_BYTES:]), random[:SECRET_BYTES])


def read_secret_key(jwk: Mapping[str, Any], kid: str | None) -> SecretKey:
    """Read a JWK of type ``oct``; UnusableKey says what is wrong."""
    if jwk.get("alg") != Algorithm.HS256.value:
        raise UnusableKey("it is a secret key for something else than HS256, as its alg says")
    if kid is None:
        raise UnusableKey("it is a secret key without a kid")
    text = jwk.get("k")
    if not isinstance(text, str):
        raise UnusableKey("its JWK cannot be read")
    try:
        half = b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except ValueError as error:
        raise UnusableKey("its JWK cannot be read") from error
    if not SECRET_BYTES <= len(half) <= _BYTES_MAX:
        raise UnusableKey(f"it has {8 * len(half)} bits, and HS256 needs {8 * SECRET_BYTES}")
    return SecretKey(kid, half)
