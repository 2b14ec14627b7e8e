"""Keys of playback tokens: what is read, what is refused, and what is published."""

import json

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cdn.errors import UnusableKey
from cdn.signing.keys import (
    Algorithm,
    PublicKey,
    SigningKey,
    jwk_set,
    new_signing_key,
)
from cdn.signing.reading import read_keys, read_signing_key

PAIRS = (Algorithm.ES256, Algorithm.EDDSA)
ED25519 = {
    "kty": "OKP",
    "crv": "Ed25519",
    "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
}
"""The key of RFC 8037, appendix A.2, and its thumbprint of appendix A.3."""
ED25519_THUMBPRINT = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"
PUBLIC_FORM = (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)


def pem(key: PublicKey) -> bytes:
    return key.half.public_bytes(*PUBLIC_FORM)


def names(data: bytes) -> list[str]:
    return [key.kid for key in read_keys(data)]


def test_a_key_without_a_name_is_named_by_its_thumbprint() -> None:
    (key,) = read_keys(json.dumps(ED25519).encode())
    assert (key.kid, key.algorithm) == (ED25519_THUMBPRINT, Algorithm.EDDSA)


@pytest.mark.parametrize("algorithm", PAIRS)
def test_a_key_is_the_same_however_it_is_kept(algorithm: Algorithm) -> None:
    key = new_signing_key(algorithm)
    read = read_signing_key(key.to_pem())
    assert isinstance(read, SigningKey)
    assert read.public.to_jwk() == key.public.to_jwk()
    for kept in (
        pem(key.public),
        json.dumps(key.public.to_jwk()).encode(),
        jwk_set([key.public]),
        b"a comment\n" + pem(key.public),
    ):
        (again,) = read_keys(kept)
        assert again.to_jwk() == key.public.to_jwk()


def test_several_keys_in_one_file() -> None:
    keys = [new_signing_key(algorithm).public for algorithm in PAIRS]
    assert names(b"".join(map(pem, keys))) == [key.kid for key in keys]
    assert names(jwk_set(keys)) == [key.kid for key in keys]


def test_what_is_published_has_no_private_part() -> None:
    keys = [new_signing_key(algorithm) for algorithm in PAIRS]
    published = json.loads(jwk_set(key.public for key in keys))["keys"]
    assert [set(jwk) for jwk in published] == [
        {"kty", "crv", "x", "y", "kid", "use", "alg"},
        {"kty", "crv", "x", "kid", "use", "alg"},
    ]
    assert all("PRIVATE" not in repr(key) and key.public.kid in repr(key) for key in keys)


def test_keys_of_a_set_that_are_for_something_else_are_passed_over() -> None:
    others = [
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": ["EC"], "crv": "P-256"},
        ED25519 | {"use": "enc"},
        ED25519 | {"kid": "one"},
    ]
    assert names(json.dumps({"keys": others}).encode()) == ["one"]


UNUSABLE: list[tuple[bytes, str]] = [
    (b"", "no key for ES256"),
    (b"\xff", "neither PEM nor JSON"),
    (b"{", "neither PEM nor JSON"),
    (b'{"keys":' + b"[" * 100_000, "neither PEM nor JSON"),
    (b'{"keys": 1}', "no JWK set"),
    (b'{"keys": [1]}', "no JWK set"),
    (b'{"keys": []}', "no key for ES256"),
    (b'{"kty": "RSA"}', "no key for ES256, EdDSA"),
    (json.dumps(ED25519 | {"alg": "ES256"}).encode(), "no key for ES256, EdDSA"),
    (json.dumps(ED25519 | {"x": "AA"}).encode(), "its JWK cannot be read"),
    (json.dumps(ED25519 | {"x": 1}).encode(), "its JWK cannot be read"),
    (json.dumps(ED25519 | {"kid": ""}).encode(), "its kid is no text"),
    (json.dumps(ED25519 | {"kid": "a" * 129}).encode(), "its kid is no text"),
    (json.dumps(ED25519 | {"d": "AA"}).encode(), "it is a private key"),
    (json.dumps({"keys": [ED25519 | {"d": "AA"}]}).encode(), "it is a private key"),
    (new_signing_key(Algorithm.ES256).to_pem(), "it is a private key"),
    (b"-----BEGIN PUBLIC KEY-----\nAA\n-----END PUBLIC KEY-----\n", "no public key in PEM"),
    (
        ec.generate_private_key(ec.SECP384R1()).public_key().public_bytes(*PUBLIC_FORM),
        "neither a P-256 nor",
    ),
    (
        rsa.generate_private_key(65_537, 2048).public_key().public_bytes(*PUBLIC_FORM),
        "neither a P-256 nor",
    ),
]


@pytest.mark.parametrize(("data", "said"), UNUSABLE, ids=range(len(UNUSABLE)))
def test_what_is_no_key_is_said_to_be_none(data: bytes, said: str) -> None:
    with pytest.raises(UnusableKey, match=said):
        read_keys(data)


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        pem(new_signing_key(Algorithm.EDDSA).public),
        new_signing_key(Algorithm.ES256).half.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"password"),
        ),
        ec.generate_private_key(ec.SECP384R1()).private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        ),
    ],
    ids=["nothing", "no text", "public", "password", "another curve"],
)
def test_what_is_no_signing_key_is_refused(data: bytes) -> None:
    with pytest.raises(UnusableKey):
        read_signing_key(data)
