"""What Fastly's VCL lets through, by translating it, against who verifies tokens at home."""

import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from hypothesis import given, settings
from hypothesis import strategies as st

from cdn.errors import TokenRefused
from cdn.signing.bounds import Bounds, Circumstances
from cdn.signing.keys import Algorithm, base64url, new_signing_key
from cdn.signing.scope import Scope, scope_of_path
from cdn.signing.token import KeyRing, sign
from tests.functional.edge_tokens import CLAIMS, COUNTRIES, ENTRY, KEY, NOW_S, SEGMENT, TABLE, Asked
from tests.unit.cdn.edge.fastly_asked import CURVE, Vcl
from tests.unit.cdn.edge.vcl_in_python import decoded

STRANGER = new_signing_key(Algorithm.ES256)
RING = KeyRing([CURVE.public])


def resigned(text: str | None) -> str | None:
    """Sign with a key that Fastly can verify by, where the table's own key has signed it."""
    if text is None or f'"kid":"{KEY.kid}"'.encode() not in decoded(text.split(".")[0]):
        return text
    try:
        payload = jwt.api_jws.decode(text, KEY.half, ["HS256"])
    except jwt.PyJWTError:
        return text
    return by_curve(payload)


def by_curve(payload: bytes) -> str:
    assert isinstance(CURVE.half, EllipticCurvePrivateKey)
    headers = {"kid": CURVE.public.kid}
    return jwt.api_jws.encode(payload, CURVE.half, "ES256", headers=headers)


@pytest.mark.parametrize(
    ("asked", "status"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_what_is_let_through(asked: Asked, status: int) -> None:
    """A token that is bound to pages is refused, and one whose times are no integers."""
    text = resigned(asked.token)
    payload = b"" if text is None or text.count(".") != 2 else decoded(text.split(".")[1])
    if asked.token is not None and (b'"referrers":' in payload or b"1.5" in payload):
        status = 401
    prefix = "" if text is None else f"/t/{text}"
    got = Vcl(prefix + asked.path, "", {}, asked.country)
    assert got.status("soundbridge_token") == status
    if status == 0:
        assert got.url == asked.path


@pytest.mark.parametrize(
    "said",
    [{"act": {"exp": NOW_S + 60}}, {"a": [{"aud": "song"}]}, {"name": "Jos\u00e9"}, {"a": '"'}],
)
def test_what_vcl_might_misread_is_refused(said: dict[str, Any]) -> None:
    """VCL reads no JSON: members of members, and quotes, could be taken for claims."""
    text = by_curve(
        json.dumps({**said, "aud": "song", "exp": NOW_S + 60}).replace(" ", "").encode()
    )
    assert Vcl(f"/t/{text}{ENTRY}").status("soundbridge_token") == 401


@pytest.mark.parametrize(
    "payload",
    [
        b'{"aud":"song","exp":%d,"aud":"other"}',
        b'{"aud":"song","exp":%d,"exp":1}',
        b'{"aud":"song","exp":%d,"countries":["DE"],"countries":["FR"]}',
        b'{"aud":"song","exp":%d,"x":"\n"}',
        b'{"aud":"song","exp":%d,"x":"\n","aud":"other"}',
    ],
)
def test_what_is_said_twice_or_is_no_json_is_refused(payload: bytes) -> None:
    text = by_curve(payload % (NOW_S + 60))
    assert Vcl(f"/t/{text}{ENTRY}", country="DE").status("soundbridge_token") == 401


@pytest.mark.parametrize(
    "said",
    [
        b'"alg":"HS256"',
        b'"alg":"none"',
        b'"alg":"ES256","crit":"x"',
        b'"alg":"ES256","b64":"x"',
        b'"alg":"ES256","kid":"other"',
        b'"alg":"HS256","alg":"ES256"',
        b'"alg":"ES256","alg":"HS256"',
    ],
)
def test_what_a_header_says_counts_though_it_is_signed(said: bytes) -> None:
    assert headed(b'"alg":"ES256"') == 0
    assert headed(said) == 401


def headed(said: bytes) -> int:
    """Return what becomes of a token that is good, but for its header."""
    header = b'{"kid":"%s",%s}' % (CURVE.public.kid.encode(), said)
    claims = b'{"aud":"song","exp":%d}' % (NOW_S + 60)
    signed = f"{base64url(header)}.{base64url(claims)}"
    algorithm = jwt.get_algorithm_by_name("ES256")
    signature = base64url(algorithm.sign(signed.encode(), CURVE.half))
    return Vcl(f"/t/{signed}.{signature}{ENTRY}").status("soundbridge_token")


def test_what_is_behind_a_token_keeps_its_query_until_its_route_is_known() -> None:
    text = sign("song", CURVE, now_s=NOW_S, valid_for_s=60)
    asked = Vcl(f"/t/{text}{ENTRY}", "_HLS_pathway=a")
    asked.call("soundbridge_token")
    assert asked.url == f"{ENTRY}?_HLS_pathway=a"


def test_a_stranger_who_takes_the_name_of_a_key_is_none() -> None:
    assert isinstance(STRANGER.half, EllipticCurvePrivateKey)
    claims = {"aud": "song", "exp": NOW_S + 60}
    text = jwt.encode(claims, STRANGER.half, "ES256", headers={"kid": CURVE.public.kid})
    assert Vcl(f"/t/{text}{ENTRY}").status("soundbridge_token") == 401


@settings(max_examples=200, deadline=None)
@given(
    scopes=st.sets(st.sampled_from(Scope), min_size=1),
    countries=st.one_of(st.none(), st.sets(COUNTRIES.filter(str.isalpha), min_size=1)),
    path=st.sampled_from([ENTRY, "/song.json", SEGMENT, "/other.mpd", "/media/a2/r/1.m4s"]),
    country=st.one_of(st.none(), COUNTRIES),
    age_s=st.integers(-100, 200),
)
def test_it_decides_as_the_origin_does(
    *,
    scopes: set[Scope],
    countries: set[str] | None,
    path: str,
    country: str | None,
    age_s: int,
) -> None:
    bounds = Bounds(None if countries is None else frozenset(countries))
    text = sign(
        "song",
        CURVE,
        now_s=NOW_S,
        valid_for_s=100,
        scopes=frozenset(scopes),
        bounds=bounds,
        asset_id="a1",
    )
    got = Vcl(f"/t/{text}{path}", "", {}, country, now_s=NOW_S + age_s)
    assert got.status("soundbridge_token") == at_home(text, path, country, NOW_S + age_s)


def at_home(text: str, path: str, country: str | None, now_s: float) -> int:
    try:
        known = RING.verify(text, now_s)
    except TokenRefused:
        return 401
    is_let = known.bounds.allow(Circumstances(country)) and scope_of_path(path) in known.scopes
    is_open = path.startswith((f"/{known.playback_id}.", f"/media/{known.asset_id}/"))
    return 0 if is_let and is_open else 403


@settings(max_examples=500, deadline=None)
@given(claims=CLAIMS, is_whole=st.booleans(), spaces=st.booleans())
def test_it_lets_nothing_through_that_the_origin_refuses(
    *, claims: dict[str, Any], is_whole: bool, spaces: bool
) -> None:
    usual = {"aud": "song", "exp": NOW_S + 60} if is_whole else {}
    separators = (", ", ": ") if spaces else (",", ":")
    text = by_curve(json.dumps({**usual, **claims}, separators=separators).encode())
    try:
        RING.verify(text, NOW_S)
    except TokenRefused:
        assert Vcl(f"/t/{text}{ENTRY}").status("soundbridge_token") == 401


@pytest.mark.parametrize(
    "path", ["/openapi.json", "/.well-known/jwks.json", "/v1/tracks", "/assets/a.js", "/"]
)
def test_what_does_not_play_needs_no_token_though_it_ends_alike(path: str) -> None:
    """Of routes, the first one that fits counts."""
    assert Vcl(path).outcome("vcl_recv") == "lookup"
    assert Vcl(path, method="OPTIONS").outcome("vcl_recv") == "pass"
