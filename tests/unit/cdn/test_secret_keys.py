"""HS256: keys that are secret, of 256 bits at least, and confused with no other."""

import json

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

from cdn.errors import TokenRefused, UnusableKey
from cdn.signing.keys import Algorithm, base64url, jwk_set, new_signing_key
from cdn.signing.reading import read_keys, read_signing_key
from cdn.signing.secret import SECRET_BYTES, SecretKey, new_secret_key
from cdn.signing.token import KeyRing, PlaybackToken, sign

NOW_S = 1_800_000_000.0
KEY = new_secret_key(bytes(range(SECRET_BYTES + 9)))
PAIR = new_signing_key(Algorithm.ES256)
RING = KeyRing([KEY, PAIR.public])
JWK = KEY.to_jwk()
TOKEN = sign("first-light", KEY, now_s=NOW_S, valid_for_s=60)


def test_it_is_the_same_wherever_it_is_read() -> None:
    assert read_signing_key(KEY.to_json()) == KEY
    assert read_keys(KEY.to_json()) == (KEY,)
    assert read_keys(json.dumps({"keys": [JWK, PAIR.public.to_jwk()]}).encode())[0] == KEY
    assert KEY.to_jwk()["k"] not in repr(KEY)


def test_its_tokens_are_good_until_their_time_is_over() -> None:
    assert jwt.get_unverified_header(TOKEN) == {"alg": "HS256", "kid": KEY.kid, "typ": "JWT"}
    assert RING.verify(TOKEN, NOW_S) == PlaybackToken("first-light", NOW_S + 60)
    other = KeyRing([SecretKey(KEY.kid, bytes(SECRET_BYTES)), PAIR.public])
    with pytest.raises(TokenRefused):
        other.verify(TOKEN, NOW_S)


def test_it_is_published_nowhere() -> None:
    assert RING.public_keys == (PAIR.public,)
    assert json.loads(jwk_set(RING.public_keys)) == {"keys": [PAIR.public.to_jwk()]}


def test_a_public_key_is_no_secret_to_sign_by() -> None:
    """CVE-2015-9235: what is signed by HMAC with the public half of a pair."""
    public = PAIR.public.half
    for half in (
        public.public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
        public.public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
        ),
        json.dumps(PAIR.public.to_jwk()).encode(),
    ):
        claims = {"aud": "first-light", "exp": NOW_S + 60}
        header = {"kid": PAIR.kid, "alg": "HS256", "typ": "JWT"}
        signing = jwt.PyJWS()
        signing.unregister_algorithm("HS256")
        signing.register_algorithm("HS256", AnyKey(jwt.algorithms.HMACAlgorithm.SHA256))
        token = signing.encode(json.dumps(claims).encode(), half, "HS256", header)
        with pytest.raises(TokenRefused):
            RING.verify(token, NOW_S)


def test_a_pair_s_signature_is_none_of_a_secret() -> None:
    token = jwt.encode(
        {"aud": "first-light", "exp": NOW_S + 60}, PAIR.half, "ES256", {"kid": KEY.kid}
    )
    with pytest.raises(TokenRefused):
        RING.verify(token, NOW_S)


class AnyKey(jwt.algorithms.HMACAlgorithm):
    """Signs by what PyJWT itself refuses to sign by."""

    def prepare_key(self, key: str | bytes) -> bytes:
        return key.encode() if isinstance(key, str) else key


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"k": base64url(bytes(31))}, "248 bits"),
        ({"k": ""}, "0 bits"),
        ({"k": "a" * 5000}, "HS256 needs 256"),
        ({"k": None}, "cannot be read"),
        ({"k": [JWK["k"]]}, "cannot be read"),
        ({"k": JWK["k"][:-2]}, "cannot be read"),
        ({"k": "not base64url!" * 5}, "cannot be read"),
        ({"kid": None}, "without a kid"),
        ({"kid": ""}, "its kid is no text"),
        ({"alg": "HS512"}, "something else than HS256"),
        ({"alg": "ES256"}, "something else than HS256"),
        ({"alg": None}, "something else than HS256"),
    ],
)
def test_what_is_no_secret_key_is_said_to_be_none(changes: dict[str, object], said: str) -> None:
    jwk = {name: value for name, value in {**JWK, **changes}.items() if value is not None}
    with pytest.raises(UnusableKey, match=said):
        read_keys(json.dumps(jwk).encode())


def test_two_keys_of_one_name_are_refused_whatever_they_are() -> None:
    for namesake in (SecretKey(KEY.kid, bytes(SECRET_BYTES)), SecretKey(PAIR.kid, KEY.half)):
        with pytest.raises(UnusableKey, match="the same name"):
            RING.with_key(namesake)
    assert RING.with_key(KEY).kids == RING.kids


def test_a_public_key_signs_nothing() -> None:
    with pytest.raises(UnusableKey, match="signs nothing"):
        read_signing_key(json.dumps(PAIR.public.to_jwk()).encode())


def test_hs256_has_no_pairs() -> None:
    with pytest.raises(ValueError, match="no pairs"):
        new_signing_key(Algorithm.HS256)
    with pytest.raises(ValueError, match="a name"):
        new_secret_key(bytes(SECRET_BYTES))
