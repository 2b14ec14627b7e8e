"""Keys of playback tokens: ES256 (P-256) and EdDSA (Ed25519), as PEM, as a JWK, or in a JWK set.

A key without a name is named by its thumbprint (RFC 7638), so that both halves of a pair have the
same ``kid`` wherever it is read. What serves is given public keys alone: a private one in their
place is refused, because it should not be on that machine.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwt import InvalidKeyError
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from cdn.errors import UnusableKey

KEYS_MAX: Final = 64
KID_CHARACTERS_MAX: Final = 128

_PublicHalf = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
_PrivateHalf = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_P256_COORDINATE_BYTES: Final = 32


class Algorithm(StrEnum):
    """A signature algorithm by its name in JWS (RFC 7518 §3.1, RFC 8037 §3.1)."""

    ES256 = "ES256"
    EDDSA = "EdDSA"


@dataclass(frozen=True, slots=True)
class _Form:
    """A kind of JWK; ``names`` are those that ``alg`` may have in it."""

    algorithm: Algorithm
    reader: type[ECAlgorithm | OKPAlgorithm]
    names: tuple[str, ...]


_JWK_FORMS: Final = {
    "EC P-256": _Form(Algorithm.ES256, ECAlgorithm, ("ES256",)),
    "OKP Ed25519": _Form(Algorithm.EDDSA, OKPAlgorithm, ("EdDSA", "Ed25519")),  # RFC 9864 §2.2
}


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half that verifies."""

    kid: str
    algorithm: Algorithm
    half: _PublicHalf

    def to_jwk(self) -> dict[str, str]:
        """Return it as it is published."""
        return {**_members(self.half), "kid": self.kid, "use": "sig", "alg": self.algorithm.value}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key; it never shows in a representation or a log."""

    public: PublicKey
    half: _PrivateHalf

    def __repr__(self) -> str:
        return f"SigningKey({self.public.kid})"

    def to_pem(self) -> bytes:
        """Return it as PKCS #8, not encrypted."""
        return self.half.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )


def new_signing_key(algorithm: Algorithm) -> SigningKey:
    """Make a key that nobody has."""
    if algorithm is Algorithm.ES256:
        return _signing_key(ec.generate_private_key(ec.SECP256R1()))
    return _signing_key(ed25519.Ed25519PrivateKey.generate())


def read_signing_key(pem: bytes) -> SigningKey:
    """Read a private key as ``to_pem`` writes it; UnusableKey where it is none of ours."""
    try:
        half = serialization.load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableKey("it is no private key in PEM without a password") from error
    if isinstance(half, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        return _signing_key(half)
    raise UnusableKey("it is neither a P-256 nor an Ed25519 key")


def read_public_keys(data: bytes) -> tuple[PublicKey, ...]:
    """Read PEM (one key or several), a JWK or a JWK set; UnusableKey says what is wrong.

    Keys of a set that are for something else are passed over (RFC 7517 §5).
    """
    try:
        text = data.decode()
        keys = _from_json(text) if text.lstrip().startswith("{") else tuple(_from_pem(text))
    except (UnicodeDecodeError, RecursionError) as error:
        raise UnusableKey("it is neither PEM nor JSON") from error
    if not keys:
        raise UnusableKey("it has no P-256 or Ed25519 key for signatures")
    return keys


def jwk_set(keys: Iterable[PublicKey]) -> bytes:
    """Return keys as a JWK set (RFC 7517 §5)."""
    return json.dumps({"keys": [key.to_jwk() for key in keys]}, separators=(",", ":")).encode()


def _from_pem(text: str) -> Iterable[PublicKey]:
    if "PRIVATE KEY" in text:
        raise UnusableKey("it is a private key; servers need the public one alone")
    for part in text.split("-----BEGIN ")[1:]:
        try:
            half = serialization.load_pem_public_key(f"-----BEGIN {part}".encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise UnusableKey("it is no public key in PEM") from error
        yield _public_key(half)


def _from_json(text: str) -> tuple[PublicKey, ...]:
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        raise UnusableKey("it is neither PEM nor JSON") from error
    if "keys" not in document:
        return (_from_jwk(document),)
    members = document["keys"]
    if not isinstance(members, list) or not all(isinstance(each, dict) for each in members):
        raise UnusableKey("it is no JWK set")
    ours = (each for each in members if _form(each) and each.get("use", "sig") == "sig")
    return tuple(map(_from_jwk, ours))


def _form(jwk: Mapping[str, Any]) -> _Form | None:
    return _JWK_FORMS.get(f"{jwk.get('kty')} {jwk.get('crv')}")


def _from_jwk(jwk: Mapping[str, Any]) -> PublicKey:
    if "d" in jwk:
        raise UnusableKey("it is a private key; servers need the public one alone")
    form = _form(jwk)
    if form is None or jwk.get("alg", form.algorithm.value) not in form.names:
        raise UnusableKey("it is no key for ES256 or EdDSA (Ed25519)")
    try:
        half = form.reader.from_jwk(dict(jwk))
    except (InvalidKeyError, ValueError, TypeError, KeyError) as error:
        raise UnusableKey("its JWK cannot be read") from error
    kid = jwk.get("kid")
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= KID_CHARACTERS_MAX):
        raise UnusableKey(f"its kid is no text of up to {KID_CHARACTERS_MAX} characters")
    return _public_key(half, kid)


def _signing_key(half: _PrivateHalf) -> SigningKey:
    return SigningKey(_public_key(half.public_key()), half)


def _public_key(half: object, kid: str | None = None) -> PublicKey:
    match half:
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return PublicKey(kid or _thumbprint(half), Algorithm.ES256, half)
        case ed25519.Ed25519PublicKey():
            return PublicKey(kid or _thumbprint(half), Algorithm.EDDSA, half)
        case _:
            raise UnusableKey("it is neither a P-256 nor an Ed25519 key")


def _members(half: _PublicHalf) -> dict[str, str]:
    """Return what a thumbprint is made of, in its order (RFC 7638 §3.2, RFC 8037 §2)."""
    if isinstance(half, ed25519.Ed25519PublicKey):
        return {"crv": "Ed25519", "kty": "OKP", "x": _base64url(half.public_bytes_raw())}
    point = half.public_numbers()
    x, y = (
        _base64url(number.to_bytes(_P256_COORDINATE_BYTES, "big")) for number in (point.x, point.y)
    )
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _thumbprint(half: _PublicHalf) -> str:
    canonical = json.dumps(_members(half), separators=(",", ":"))
    return _base64url(sha256(canonical.encode()).digest())


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
