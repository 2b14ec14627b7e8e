"""Sets of public keys, as identity providers publish them (RFC 7517). Pure.

Which algorithms a key may be used with follows from the key alone, never from the token that is to
be checked by it: a public key is not taken for a secret, and nothing is signed by nobody.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import rsa
from jwt import PyJWK
from jwt.exceptions import PyJWTError

KEYS_MAX: Final = 64
_RSA_BITS_MIN: Final = 2048
_RSA_BITS_MAX: Final = 8192
_RSA: Final = "RSA"
_BY_KIND: Final[Mapping[tuple[object, object], tuple[str, ...]]] = {
    (_RSA, None): ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"),
    ("EC", "P-256"): ("ES256",),
    ("EC", "P-384"): ("ES384",),
    ("EC", "P-521"): ("ES512",),
    ("OKP", "Ed25519"): ("EdDSA",),
}
"""By type of key and curve."""

ALGORITHMS: Final = frozenset(each for algorithms in _BY_KIND.values() for each in algorithms)


class KeysUnreadable(Exception):
    """What an identity provider publishes is no set of keys."""


@dataclass(frozen=True, slots=True)
class VerifyingKey:
    """A public key, and what it verifies."""

    kid: str | None
    algorithms: tuple[str, ...]
    key: PyJWK


def read_keys(content: bytes) -> tuple[VerifyingKey, ...]:
    """Return the keys in a set that verify signatures of ours; raises KeysUnreadable.

    What is for something else, or unknown, is passed over (RFC 7517 §5).
    """
    try:
        said = json.loads(content)
        keys = said["keys"]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise KeysUnreadable("It is no JSON Web Key set.") from error
    if not isinstance(keys, list) or len(keys) > KEYS_MAX:
        raise KeysUnreadable(f"It is no JSON Web Key set of at most {KEYS_MAX} keys.")
    return tuple(_usable(keys))


def _usable(keys: list[Any]) -> Iterator[VerifyingKey]:
    for said in keys:
        if not isinstance(said, Mapping) or said.get("use", "sig") != "sig" or "d" in said:
            continue
        kind, curve = said.get("kty"), said.get("crv")
        algorithms = _BY_KIND.get((str(kind), None if curve is None else str(curve)), ())
        if "alg" in said:
            algorithms = tuple(each for each in algorithms if each == said["alg"])
        kid: object = said.get("kid")
        if not algorithms or not (kid is None or isinstance(kid, str)):
            continue
        try:
            key = PyJWK({**said, "alg": algorithms[0]})
        except (PyJWTError, ValueError, TypeError):
            continue
        if kind == _RSA and not _has_good_length(key.key):
            continue
        yield VerifyingKey(kid, algorithms, key)


def _has_good_length(key: object) -> bool:
    return isinstance(key, rsa.RSAPublicKey) and _RSA_BITS_MIN <= key.key_size <= _RSA_BITS_MAX
