"""Playback tokens: what is signed opens one playback id for its time, and nothing else does."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from string import ascii_uppercase
from typing import Any

import jwt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import OKPAlgorithm

from cdn.errors import TokenExpired, TokenRefused, TokenTooLong, UnusableKey
from cdn.signing.bounds import ANYWHERE, read_bounds
from cdn.signing.keys import Algorithm, SigningKey, new_signing_key
from cdn.signing.scope import Scope
from cdn.signing.token import CLOCK_SKEW_S, TOKEN_CHARACTERS_MAX, KeyRing, PlaybackToken, sign
from manifests.errors import ManifestError

NOW_S = 1_800_000_000.0
PAIRS = (Algorithm.ES256, Algorithm.EDDSA)
ES256, EDDSA = map(new_signing_key, PAIRS)
STRANGER = new_signing_key(Algorithm.ES256)
RING = KeyRing([ES256.public, EDDSA.public])
CLAIMS = {"aud": "first-light", "exp": NOW_S + 60}
TOKEN = sign("first-light", ES256, now_s=NOW_S, valid_for_s=60)


def signed(claims: dict[str, Any] = CLAIMS, key: SigningKey = ES256, **header: Any) -> str:
    """Sign claims as they are; ``jwt.encode`` refuses some that a stranger may send."""
    algorithm, headers = key.public.algorithm.value, {"kid": key.public.kid, **header}
    return jwt.PyJWS().encode(json.dumps(claims).encode(), key.half, algorithm, headers)


def rewritten(part: int, **changes: Any) -> str:
    """Return a good token with another header or other claims, and its signature as it was."""
    parts = TOKEN.split(".")
    content = json.loads(urlsafe_b64decode(parts[part] + "=="))
    altered = json.dumps({**content, **changes}).encode()
    parts[part] = urlsafe_b64encode(altered).rstrip(b"=").decode()
    return ".".join(parts)


@pytest.mark.parametrize("key", [ES256, EDDSA], ids=PAIRS)
def test_what_is_signed_is_good_until_its_time_is_over(key: SigningKey) -> None:
    token = sign("first-light", key, now_s=NOW_S, valid_for_s=60)
    assert RING.verify(token, NOW_S) == PlaybackToken("first-light", NOW_S + 60)
    assert RING.verify(token, NOW_S + 59.9).playback_id == "first-light"
    with pytest.raises(TokenExpired):
        RING.verify(token, NOW_S + 60)


def edwards(algorithm: str) -> str:
    """Sign by Ed25519, by whatever name."""
    signer = jwt.PyJWS()
    signer.register_algorithm("Ed25519", OKPAlgorithm())
    claims = json.dumps(CLAIMS).encode()
    return signer.encode(claims, EDDSA.half, algorithm, {"kid": EDDSA.kid})


@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed25519"])
def test_ed25519_has_two_names(algorithm: str) -> None:
    """RFC 9864 §2.2: libraries are about to say the second."""
    assert RING.verify(edwards(algorithm), NOW_S).playback_id == "first-light"


def test_a_token_s_audience_is_a_text_or_a_list_of_one() -> None:
    assert RING.verify(signed({**CLAIMS, "aud": ["first-light"]}), NOW_S).playback_id == (
        "first-light"
    )


def test_a_token_of_a_clock_that_is_a_little_ahead_is_good() -> None:
    ahead = signed({**CLAIMS, "nbf": NOW_S + CLOCK_SKEW_S, "iat": NOW_S + CLOCK_SKEW_S})
    assert RING.verify(ahead, NOW_S).playback_id == "first-light"


def test_what_else_is_registered_may_be_there() -> None:
    """RFC 7519 §4.1; ``iat`` tells an age, which nothing here depends on."""
    said = {"iss": "us", "sub": "someone", "jti": "1", "iat": NOW_S + 3600, "nbf": NOW_S - 1.5}
    assert RING.verify(signed({**CLAIMS, **said}), NOW_S).playback_id == "first-light"


@pytest.mark.parametrize(
    "said",
    [
        {"azp": "app", "scp": ["a"], "auth_time": NOW_S, "email_verified": True, "sid": None},
        {"https://radio.example/plan": {"aud": "other", "exp": 0, "country": "DE"}},
        {"": 1, "Exp": "x", "constructor": 1, "__proto__": {"exp": 1}},
    ],
)
def test_what_an_issuer_says_for_others_is_passed_over(said: dict[str, Any]) -> None:
    """RFC 7519 §4."""
    assert RING.verify(signed({**CLAIMS, **said}), NOW_S) == RING.verify(signed(), NOW_S)


@pytest.mark.parametrize(
    "token",
    [
        pytest.param("", id="nothing"),
        pytest.param("-", id="a dash"),
        pytest.param("a.b.c", id="no JSON"),
        pytest.param(f"{TOKEN}=", id="padding"),
        pytest.param(f"{TOKEN}.x", id="five parts"),
        pytest.param(f"{TOKEN} ", id="white space"),
        pytest.param(f"{TOKEN}\n", id="line end"),
        pytest.param(TOKEN.rpartition(".")[0] + ".", id="no signature"),
        pytest.param(rewritten(0, alg="none"), id="alg none"),
        pytest.param(rewritten(0, alg="HS256"), id="alg HS256"),
        pytest.param(rewritten(0, alg="EdDSA"), id="another alg than its key's"),
        pytest.param(rewritten(0, kid=EDDSA.public.kid), id="another kid"),
        pytest.param(rewritten(0, kid=None), id="kid null"),
        pytest.param(rewritten(0, kid=["a"]), id="kid a list"),
        pytest.param(rewritten(1, aud="second-light"), id="another audience"),
        pytest.param(rewritten(1, exp=NOW_S + 3600), id="another end"),
        pytest.param(signed(key=STRANGER), id="a stranger's key"),
        pytest.param(signed(key=STRANGER, kid=ES256.public.kid), id="a stranger's, with our kid"),
        pytest.param(signed(key=STRANGER, jwk=STRANGER.public.to_jwk()), id="brings its own key"),
        pytest.param(signed(kid="unknown"), id="unknown kid"),
        pytest.param(signed(crit=["b64"], b64=False), id="crit"),
        pytest.param(signed({**CLAIMS, "x": float("nan")}), id="NaN of somebody else"),
        pytest.param(signed({"aud": "first-light"}), id="no exp"),
        pytest.param(signed(["aud", "exp"]), id="claims that are a list"),  # type: ignore[arg-type]
        pytest.param(rewritten(0, alg="Ed25519"), id="alg Ed25519 of another key"),
        pytest.param(signed({"exp": NOW_S + 60}), id="no aud"),
        pytest.param(signed({**CLAIMS, "exp": "soon"}), id="exp a text"),
        pytest.param(signed({**CLAIMS, "exp": True}), id="exp true"),
        pytest.param(signed({**CLAIMS, "exp": 10**400}), id="exp of many digits"),
        pytest.param(signed({**CLAIMS, "exp": float("nan")}), id="exp NaN"),
        pytest.param(signed({**CLAIMS, "exp": float("inf")}), id="exp infinite"),
        pytest.param(signed({**CLAIMS, "exp": -1}), id="exp before all"),
        pytest.param(signed({**CLAIMS, "nbf": NOW_S + CLOCK_SKEW_S + 1}), id="not good yet"),
        pytest.param(signed({**CLAIMS, "nbf": "x"}), id="nbf a text"),
        pytest.param(signed({**CLAIMS, "aud": ["a", "b"]}), id="two audiences"),
        pytest.param(signed({**CLAIMS, "aud": []}), id="no audience"),
        pytest.param(signed({**CLAIMS, "aud": 1}), id="audience a number"),
        pytest.param(signed({**CLAIMS, "aud": "../x"}), id="audience no id"),
        pytest.param(signed({**CLAIMS, "nbf": None}), id="nbf null"),
        pytest.param(signed({**CLAIMS, "nbf": True}), id="nbf true"),
        pytest.param(signed({**CLAIMS, "nbf": [NOW_S]}), id="nbf a list"),
        pytest.param(signed({**CLAIMS, "nbf": float("nan")}), id="nbf NaN"),
        pytest.param(signed({**CLAIMS, "nbf": 10**400}), id="nbf of many digits"),
        pytest.param(signed({**CLAIMS, "nbf": -1}), id="nbf before all"),
        pytest.param(signed({**CLAIMS, "iat": None}), id="iat null"),
        pytest.param(signed({**CLAIMS, "iat": True}), id="iat true"),
        pytest.param(signed({**CLAIMS, "iat": "1800000000"}), id="iat a text"),
        pytest.param(signed({**CLAIMS, "iat": [NOW_S]}), id="iat a list"),
        pytest.param(signed({**CLAIMS, "iat": float("nan")}), id="iat NaN"),
        pytest.param(signed({**CLAIMS, "iat": 10**400}), id="iat of many digits"),
        pytest.param(signed({**CLAIMS, "iat": -1}), id="iat before all"),
        pytest.param(signed({**CLAIMS, "exp": None}), id="exp null"),
        pytest.param(signed({**CLAIMS, "exp": [NOW_S + 60]}), id="exp a list"),
        pytest.param(signed({**CLAIMS, "exp": {"s": NOW_S + 60}}), id="exp an object"),
        pytest.param(signed({**CLAIMS, "aud": None}), id="aud null"),
        pytest.param(signed({**CLAIMS, "aud": True}), id="aud true"),
        pytest.param(signed({**CLAIMS, "aud": {"first-light": 1}}), id="aud an object"),
        pytest.param(signed({**CLAIMS, "aud": [1]}), id="aud a list of a number"),
        pytest.param(signed({**CLAIMS, "aud": [["first-light"]]}), id="aud a list in a list"),
        pytest.param(signed({**CLAIMS, "aud": ["first-light"] * 2}), id="aud the same twice"),
        pytest.param(signed({**CLAIMS, "iss": None}), id="iss null"),
        pytest.param(signed({**CLAIMS, "iss": 1}), id="iss a number"),
        pytest.param(signed({**CLAIMS, "iss": ["a"]}), id="iss a list"),
        pytest.param(signed({**CLAIMS, "sub": None}), id="sub null"),
        pytest.param(signed({**CLAIMS, "sub": 1}), id="sub a number"),
        pytest.param(signed({**CLAIMS, "sub": ["a"]}), id="sub a list"),
        pytest.param(signed({**CLAIMS, "jti": None}), id="jti null"),
        pytest.param(signed({**CLAIMS, "jti": 1}), id="jti a number"),
        pytest.param(signed({**CLAIMS, "jti": ["a"]}), id="jti a list"),
        pytest.param(signed({**CLAIMS, "x": "a" * TOKEN_CHARACTERS_MAX}), id="too long"),
        pytest.param(signed({**CLAIMS, "country": "DE"}), id="a bound that is misspelt"),
        pytest.param(signed({**CLAIMS, "cnf": {"jkt": "x"}}), id="a bound that is not known"),
        pytest.param(signed({**CLAIMS, "cdniip": None}), id="a bound that is null"),
        pytest.param(signed({**CLAIMS, "scope": None}), id="scope null"),
        pytest.param(signed({**CLAIMS, "scope": ""}), id="scope of no word"),
        pytest.param(signed({**CLAIMS, "scope": ["play"]}), id="scope a list"),
        pytest.param(signed({**CLAIMS, "asset": None}), id="asset null"),
        pytest.param(signed({**CLAIMS, "asset": "../x"}), id="asset no id"),
        pytest.param(signed({**CLAIMS, "asset": ["a"]}), id="asset a list"),
        pytest.param(signed({**CLAIMS, "countries": None}), id="countries null"),
        pytest.param(signed({**CLAIMS, "countries": []}), id="no country"),
        pytest.param(signed({**CLAIMS, "countries": "DE"}), id="countries a text"),
        pytest.param(signed({**CLAIMS, "referrers": None}), id="referrers null"),
        pytest.param(signed({**CLAIMS, "referrers": []}), id="no referrer"),
        pytest.param(signed({**CLAIMS, "referrers": ["/"]}), id="referrers no pages"),
        pytest.param(signed({**CLAIMS, "no_referrer": True}), id="no_referrer alone"),
        pytest.param(signed({**CLAIMS, "no_referrer": None}), id="no_referrer null"),
    ],
)  # fmt: skip
def test_what_opens_nothing(token: str) -> None:
    with pytest.raises(TokenRefused) as refused:
        RING.verify(token, NOW_S)
    assert type(refused.value) is TokenRefused


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_what_is_not_in_utf_8_opens_nothing(encoding: str) -> None:
    """RFC 7519 §7.2; edges read nothing else."""
    headers = {"kid": ES256.public.kid}
    token = jwt.PyJWS().encode(json.dumps(CLAIMS).encode(encoding), ES256.half, "ES256", headers)
    with pytest.raises(TokenRefused):
        RING.verify(token, NOW_S)


def test_a_token_says_what_it_was_limited_to() -> None:
    bounds = read_bounds(["DE", "AT"], ["*.example.com", "app://x"], no_referrer=True)
    token = sign(
        "first-light",
        ES256,
        now_s=NOW_S,
        valid_for_s=60,
        scopes=frozenset({Scope.ABOUT}),
        bounds=bounds,
        asset_id="first-asset",
    )
    expected = PlaybackToken(
        "first-light", NOW_S + 60, frozenset({Scope.ABOUT}), bounds, "first-asset"
    )
    said = RING.verify(token, NOW_S)
    assert replace(said, bounds=ANYWHERE) == replace(expected, bounds=ANYWHERE)
    assert said.bounds.countries == bounds.countries
    assert set(said.bounds.referrers or ()) == set(bounds.referrers or ())
    assert said.bounds.no_referrer


def test_a_token_without_limits_says_nothing_of_any() -> None:
    assert set(jwt.decode(TOKEN, options={"verify_signature": False})) == {"aud", "iat", "exp"}


def test_what_does_not_fit_into_a_token_is_not_signed() -> None:
    many = read_bounds([f"{a}{b}" for a in ascii_uppercase for b in ascii_uppercase], None, None)
    with pytest.raises(TokenTooLong, match="fewer countries"):
        sign("first-light", ES256, now_s=NOW_S, valid_for_s=60, bounds=many)


def test_a_key_that_went_takes_its_tokens_with_it() -> None:
    assert KeyRing([ES256.public]).verify(TOKEN, NOW_S) == PlaybackToken("first-light", NOW_S + 60)
    with pytest.raises(TokenRefused):
        KeyRing([EDDSA.public]).verify(TOKEN, NOW_S)


def test_two_keys_of_one_name_are_refused_and_one_key_twice_is_not() -> None:
    namesake = type(EDDSA.public)(ES256.public.kid, EDDSA.public.algorithm, EDDSA.public.half)
    assert len(KeyRing([ES256.public, ES256.public]).kids) == 1
    with pytest.raises(UnusableKey, match="the same name"):
        KeyRing([ES256.public, namesake])


def test_what_is_no_playback_id_is_not_signed() -> None:
    with pytest.raises(ManifestError):
        sign("../x", ES256, now_s=NOW_S, valid_for_s=60)


@given(at=st.integers(0, len(TOKEN) - 1), character=st.characters())
def test_no_token_that_was_altered_says_anything_else(at: int, character: str) -> None:
    try:
        said = RING.verify(TOKEN[:at] + character + TOKEN[at + 1 :], NOW_S)
    except TokenRefused:
        return
    assert said == PlaybackToken("first-light", NOW_S + 60)  # bits of base64 that mean nothing


@given(st.text() | st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,9}"))
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(TokenRefused):
        RING.verify(text, NOW_S)
