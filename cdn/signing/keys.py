"""Pairs of keys of playback tokens: ES256 (P-256) and EdDSA (Ed25519); ``reading`` reads them.

A key without a name is named by its thumbprint (RFC 7638), so that both halves of a pair have the
same ``kid`` wherever it is read.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from cdn.errors import UnusableKey

KEYS_MAX: Final = 64

PublicHalf = ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey
PrivateHalf = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey

_P256_COORDINATE_BYTES: Final = 32


class Algorithm(StrEnum):
    """A signature algorithm by its name in JWS (RFC 7518 §3.1, RFC 8037 §3.1)."""

    ES256 = "ES256"
    EDDSA = "EdDSA"
    HS256 = "HS256"
    """Of a key that is no pair (``secret``)."""

    @property
    def names(self) -> tuple[str, ...]:
        """What ``alg`` may say of it: EdDSA over Ed25519 has a name of its own (RFC 9864 §2.2)."""
        return (self.value, "Ed25519") if self is Algorithm.EDDSA else (self.value,)


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The half that verifies."""

    kid: str
    algorithm: Algorithm
    half: PublicHalf

    def to_jwk(self) -> dict[str, str]:
        """Return it as it is published."""
        return {**_members(self.half), "kid": self.kid, "use": "sig", "alg": self.algorithm.value}


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key; it never shows in a representation or a log."""

    public: PublicKey
    half: PrivateHalf

    @property
    def kid(self) -> str:
        """The name of both halves."""
        return self.public.kid

    @property
    def algorithm(self) -> Algorithm:
        """What it signs by."""
        return self.public.algorithm

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
    """Make a pair that nobody has; ValueError for HS256, which has none."""
    match algorithm:
        case Algorithm.ES256:
            return signing_key(ec.generate_private_key(ec.SECP256R1()))
        case Algorithm.EDDSA:
            return signing_key(ed25519.Ed25519PrivateKey.generate())
        case Algorithm.HS256:
            raise ValueError("HS256 has no pairs")


def jwk_set(keys: Iterable[PublicKey]) -> bytes:
    """Return keys as a JWK set (RFC 7517 §5)."""
    return json.dumps({"keys": [key.to_jwk() for key in keys]}, separators=(",", ":")).encode()


def signing_key(half: PrivateHalf) -> SigningKey:
    """Return a private key with its public half; UnusableKey for another curve."""
    return SigningKey(public_key(half.public_key()), half)


def public_key(half: object, kid: str | None = None) -> PublicKey:
    """Return a public key by its name, or its thumbprint; UnusableKey where it is none of ours."""
    match half:
        case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()):
            return PublicKey(kid or _thumbprint(half), Algorithm.ES256, half)
        case ed25519.Ed25519PublicKey():
            return PublicKey(kid or _thumbprint(half), Algorithm.EDDSA, half)
        case _:
            raise UnusableKey("it is neither a P-256 nor an Ed25519 key")


def _members(half: PublicHalf) -> dict[str, str]:
    """Return what a thumbprint is made of, in its order (RFC 7638 §3.2, RFC 8037 §2)."""
    if isinstance(half, ed25519.Ed25519PublicKey):
        return {"crv": "Ed25519", "kty": "OKP", "x": base64url(half.public_bytes_raw())}
    point = half.public_numbers()
    x, y = (
        base64url(number.to_bytes(_P256_COORDINATE_BYTES, "big")) for number in (point.x, point.y)
    )
    return {"crv": "P-256", "kty": "EC", "x": x, "y": y}


def _thumbprint(half: PublicHalf) -> str:
    canonical = json.dumps(_members(half), separators=(",", ":"))
    return base64url(sha256(canonical.encode()).digest())


def base64url(data: bytes) -> str:
    """Return bytes as JOSE writes them (RFC 7515 §2)."""
    return urlsafe_b64encode(data).rstrip(b"=").decode()
