"""Reading keys of playback tokens: as PEM, as a JWK, or in a JWK set.

What verifies is given public keys, and secret ones (HS256), which are both: the private half of a
pair in their place is refused, because it should not be on that machine.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from jwt import InvalidKeyError
from jwt.algorithms import ECAlgorithm, OKPAlgorithm

from cdn.errors import UnusableKey
from cdn.signing.keys import Algorithm, PublicKey, SigningKey, public_key, signing_key
from cdn.signing.secret import SECRET_KEY_TYPE, SecretKey, read_secret_key

KID_CHARACTERS_MAX: Final = 128


@dataclass(frozen=True, slots=True)
class _Form:
    """A kind of JWK."""

    algorithm: Algorithm
    reader: type[ECAlgorithm | OKPAlgorithm]


_JWK_FORMS: Final = {
    "EC P-256": _Form(Algorithm.ES256, ECAlgorithm),
    "OKP Ed25519": _Form(Algorithm.EDDSA, OKPAlgorithm),
}


def read_signing_key(data: bytes) -> SigningKey | SecretKey:
    """Read a private or a secret key as we write it; UnusableKey where it is none of ours."""
    if data.lstrip().startswith(b"{"):
        return _read_secret(data)
    try:
        half = serialization.load_pem_private_key(data, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm) as error:
        raise UnusableKey("it is no private key in PEM without a password") from error
    if isinstance(half, ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey):
        return signing_key(half)
    raise UnusableKey("it is neither a P-256 nor an Ed25519 key")


def _read_secret(data: bytes) -> SecretKey:
    for key in read_keys(data):
        if isinstance(key, SecretKey):
            return key
    raise UnusableKey("it is a public key, which signs nothing")


def read_keys(data: bytes) -> tuple[PublicKey | SecretKey, ...]:
    """Read PEM (one key or several), a JWK or a JWK set; UnusableKey says what is wrong.

    Keys of a set that are for something else are passed over (RFC 7517 §5).
    """
    try:
        text = data.decode()
        keys = _from_json(text) if text.lstrip().startswith("{") else tuple(_from_pem(text))
    except (UnicodeDecodeError, RecursionError) as error:
        raise UnusableKey("it is neither PEM nor JSON") from error
    if not keys:
        raise UnusableKey("it has no key for ES256, EdDSA (Ed25519) or HS256")
    return keys


def _from_pem(text: str) -> Iterable[PublicKey]:
    if "PRIVATE KEY" in text:
        raise UnusableKey("it is a private key; servers need the public one alone")
    for part in text.split("-----BEGIN ")[1:]:
        try:
            half = serialization.load_pem_public_key(f"-----BEGIN {part}".encode())
        except (ValueError, UnsupportedAlgorithm) as error:
            raise UnusableKey("it is no public key in PEM") from error
        yield public_key(half)


def _from_json(text: str) -> tuple[PublicKey | SecretKey, ...]:
    try:
        document: Any = json.loads(text)
    except ValueError as error:
        raise UnusableKey("it is neither PEM nor JSON") from error
    if "keys" not in document:
        return (_from_jwk(document),)
    members = document["keys"]
    if not isinstance(members, list) or not all(isinstance(each, dict) for each in members):
        raise UnusableKey("it is no JWK set")
    ours = (each for each in members if _is_ours(each) and each.get("use", "sig") == "sig")
    return tuple(map(_from_jwk, ours))


def _is_ours(jwk: Mapping[str, Any]) -> bool:
    return _form(jwk) is not None or jwk.get("kty") == SECRET_KEY_TYPE


def _form(jwk: Mapping[str, Any]) -> _Form | None:
    return _JWK_FORMS.get(f"{jwk.get('kty')} {jwk.get('crv')}")


def _from_jwk(jwk: Mapping[str, Any]) -> PublicKey | SecretKey:
    kid = jwk.get("kid")
    if kid is not None and not (isinstance(kid, str) and 0 < len(kid) <= KID_CHARACTERS_MAX):
        raise UnusableKey(f"its kid is no text of up to {KID_CHARACTERS_MAX} characters")
    if jwk.get("kty") == SECRET_KEY_TYPE:
        return read_secret_key(jwk, kid)
    if "d" in jwk:
        raise UnusableKey("it is a private key; servers need the public one alone")
    form = _form(jwk)
    if form is None or jwk.get("alg", form.algorithm.value) not in form.algorithm.names:
        raise UnusableKey("it is no key for ES256, EdDSA (Ed25519) or HS256")
    try:
        half = form.reader.from_jwk(dict(jwk))
    except (InvalidKeyError, ValueError, TypeError, KeyError) as error:
        raise UnusableKey("its JWK cannot be read") from error
    return public_key(half, kid)
