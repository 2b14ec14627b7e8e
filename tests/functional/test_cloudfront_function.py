"""CloudFront's function, run with tokens as they are signed, against who verifies them at home."""

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cdn.edge.cloudfront.function import SIZE_BYTES_MAX, viewer_request
from cdn.errors import TokenRefused
from cdn.signing.bounds import Bounds, Circumstances
from cdn.signing.referrer import ReferrerPattern
from cdn.signing.scope import Scope, scope_of_path
from cdn.signing.secret import SecretKey
from cdn.signing.token import KeyRing, sign
from tests.servers.edge_function import RunningFunction, in_njs, in_node

NOW_S = 1_800_000_000
KEY = SecretKey("2027", bytes(range(32)))
OTHER = SecretKey("other", bytes(32))
RING = KeyRing([KEY])
STORE = {KEY.kid: KEY.to_jwk()["k"]}
CODE = viewer_request(checks_tokens=True)
ENTRY = "/song.m3u8"
SEGMENT = "/media/a1/r1/128k/00001.m4s"


def event(
    path: str, token: str | None = None, method: str = "GET", **fields: str
) -> dict[str, Any]:
    headers = {name.replace("_", "-"): {"value": said} for name, said in fields.items()}
    uri = path if token is None else f"/t/{token}{path}"
    return {"request": {"method": method, "uri": uri, "querystring": {}, "headers": headers}}


def token(**claims: Any) -> str:
    """Sign any claims at all; None takes one away."""
    said = {"aud": "song", "exp": NOW_S + 60, "asset": "a1"} | claims
    there = {name: each for name, each in said.items() if each is not None}
    return jwt.encode(there, KEY.half, "HS256", headers={"kid": KEY.kid})


def signed_with(key: bytes, kid: Any, algorithm: str = "HS256") -> str:
    claims = {"aud": "song", "exp": NOW_S + 60, "asset": "a1"}
    return jwt.encode(claims, key, algorithm, headers={"kid": kid})


GOOD = token()
HEAD, BODY, SIGNATURE = GOOD.split(".")
LONG = token(jti="x" * 1024)
TABLE: Sequence[tuple[str, dict[str, Any], int]] = [
    ("entry", event(ENTRY, GOOD), 0),
    ("segment", event(SEGMENT, GOOD), 0),
    ("growing", event("/growing/a1/r1/128k/playlist.m3u8", GOOD), 0),
    ("packed audio", event("/song.packed.m3u8", GOOD), 0),
    ("metadata", event("/song.json", GOOD), 0),
    ("HEAD", event(ENTRY, GOOD, "HEAD"), 0),
    ("aud as a list", event(ENTRY, token(aud=["song"])), 0),
    ("nbf a little ahead", event(ENTRY, token(nbf=NOW_S + 59)), 0),
    ("all that may be said", event(ENTRY, token(iat=1, nbf=1.5, iss="i", sub="s", jti="j")), 0),
    ("no token", event(ENTRY), 401),
    ("no token at a segment", event(SEGMENT), 401),
    ("another key by that name", event(ENTRY, signed_with(OTHER.half, KEY.kid)), 401),
    ("a key that is not known", event(ENTRY, signed_with(OTHER.half, OTHER.kid)), 401),
    (
        "no name of a key",
        event(ENTRY, jwt.encode({"aud": "song", "exp": NOW_S + 9}, KEY.half)),
        401,
    ),
    ("another algorithm", event(ENTRY, signed_with(KEY.half * 2, KEY.kid, "HS512")), 401),
    ("alg none", event(ENTRY, f"eyJhbGciOiJub25lIiwia2lkIjoiMjAyNyJ9.{BODY}.AA"), 401),
    ("another body", event(ENTRY, f"{HEAD}.{token(aud='other').split('.')[1]}.{SIGNATURE}"), 401),
    ("half a signature", event(ENTRY, f"{HEAD}.{BODY}.{SIGNATURE[:20]}"), 401),
    ("no JSON", event(ENTRY, "AAAA.AAAA.AAAA"), 401),
    ("two parts", event(ENTRY, f"{HEAD}.{BODY}"), 401),
    ("too long", event(ENTRY, LONG), 401),
    ("expired", event(ENTRY, token(exp=NOW_S)), 401),
    ("not yet good", event(ENTRY, token(nbf=NOW_S + 61)), 401),
    ("without an end", event(ENTRY, token(exp=None)), 401),
    ("an end that is a text", event(ENTRY, token(exp=str(NOW_S + 9))), 401),
    ("an end that is true", event(ENTRY, token(exp=True)), 401),
    ("an end beyond all", event(ENTRY, token(exp=10**13)), 401),
    ("without aud", event(ENTRY, token(aud=None)), 401),
    ("two audiences", event(ENTRY, token(aud=["song", "other"])), 401),
    ("aud that is no id", event(ENTRY, token(aud="Song")), 401),
    ("an unknown claim", event(ENTRY, token(cnf={"jkt": "x"})), 401),
    ("asset that is no id", event(ENTRY, token(asset="../a1")), 401),
    ("scope that is no text", event(ENTRY, token(scope=["play"])), 401),
    ("no countries at all", event(ENTRY, token(countries=[])), 401),
    ("a country in small letters", event(ENTRY, token(countries=["de"])), 401),
    ("no_referrer without referrers", event(ENTRY, token(no_referrer=True)), 401),
    ("a page that is none", event(ENTRY, token(referrers=["example.com/path"])), 401),
    ("another entry", event("/other.m3u8", GOOD), 403),
    ("an entry that begins alike", event("/song2.m3u8", GOOD), 403),
    ("another asset", event("/media/a2/r1/128k/00001.m4s", GOOD), 403),
    ("an asset, but none is said", event(SEGMENT, token(asset=None)), 403),
    ("the entry, and no asset is said", event(ENTRY, token(asset=None)), 0),
    ("about, and play is asked for", event(ENTRY, token(scope="about")), 403),
    ("about, and metadata is asked for", event("/song.json", token(scope="about")), 0),
    (
        "about, and a cover is asked for",
        event("/media/a1/r1/artwork-64.jpg", token(scope="about")),
        0,
    ),
    (
        "play, and a waveform is asked for",
        event("/media/a1/r1/waveform.dat", token(scope="play")),
        403,
    ),
    ("an unknown scope", event(ENTRY, token(scope="admin")), 403),
    ("both scopes", event("/song.json", token(scope="about play")), 0),
    ("not below an asset", event("/media/a1", GOOD), 404),
    ("the API", event("/v1/tracks", GOOD), 404),
    ("a picture", event("/artwork/t/a/64-00.jpg", GOOD), 404),
    ("a token in a token", event(f"/t/{GOOD}{ENTRY}", GOOD), 404),
    ("up to another asset", event("/media/a1/../a2/r1/128k/00001.m4s", GOOD), 404),
    ("up by an escape", event("/media/a1/%2e%2e/a2/x.m4s", GOOD), 404),
    ("a slash by an escape", event("/media/a1/..%2fa2%2fx.m4s", GOOD), 404),
    ("an empty segment", event("/media/a1//x.m4s", GOOD), 404),
    ("a backslash", event("/media/a1/..\\a2\\x.m4s", GOOD), 404),
    ("country", event(ENTRY, token(countries=["DE"]), cloudfront_viewer_country="DE"), 0),
    ("another country", event(ENTRY, token(countries=["DE"]), cloudfront_viewer_country="FR"), 403),
    ("no country", event(ENTRY, token(countries=["DE"])), 403),
    ("Tor", event(ENTRY, token(countries=["XX"]), cloudfront_viewer_country="XX"), 403),
    ("page", event(ENTRY, token(referrers=["a.example"]), referer="https://a.example/x"), 0),
    ("page by origin", event(ENTRY, token(referrers=["a.example"]), origin="https://a.example"), 0),
    (
        "another page",
        event(ENTRY, token(referrers=["a.example"]), referer="https://b.example/"),
        403,
    ),
    ("no page", event(ENTRY, token(referrers=["a.example"])), 403),
    ("no page, which is good", event(ENTRY, token(referrers=["a.example"], no_referrer=True)), 0),
    ("null", event(ENTRY, token(referrers=["a.example"], no_referrer=True), origin="null"), 403),
]


@pytest.fixture(scope="module")
def function(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFunction]:
    with in_node(CODE, STORE, tmp_path_factory.mktemp("function")) as running:
        yield running


def status_of(answer: Mapping[str, Any]) -> int:
    """Return 0 where a request goes on."""
    return int(answer.get("statusCode", 0))


@pytest.mark.parametrize(
    ("asked", "status"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_what_is_let_through(function: RunningFunction, asked: dict[str, Any], status: int) -> None:
    answer = function.answer(asked, NOW_S)
    assert status_of(answer) == status
    if status == 0:
        assert answer["uri"] == asked["request"]["uri"].split("/", 3)[3].join(["/", ""])
    else:
        assert answer["headers"]["access-control-allow-origin"]["value"] == "*"
        assert ("www-authenticate" in answer["headers"]) is (status in {401, 403})


def test_another_engine_lets_the_same_through(tmp_path: Path) -> None:
    """It is njs, which CloudFront's functions are like: no more of ECMAScript than it knows."""
    answers = in_njs(CODE, STORE, [{"now_s": NOW_S, "event": row[1]} for row in TABLE], tmp_path)
    assert [status_of(each) for each in answers] == [row[2] for row in TABLE]


def test_fields_that_come_twice_are_taken_together(function: RunningFunction) -> None:
    asked = event(ENTRY, token(referrers=["a.example"]))
    twice = [{"value": "https://a.example"}, {"value": "https://b.example"}]
    asked["request"]["headers"]["origin"] = {**twice[0], "multiValue": twice}
    assert status_of(function.answer(asked, NOW_S)) == 403


@pytest.mark.parametrize("path", [ENTRY, SEGMENT, f"/t/{GOOD}{ENTRY}", "/t/no.to.ken/x.m3u8"])
def test_preflights_are_answered_and_ask_for_nothing(function: RunningFunction, path: str) -> None:
    answer = function.answer(event(path, method="OPTIONS"), NOW_S)
    assert answer["statusCode"] == 204
    headers = answer["headers"]
    assert headers["access-control-allow-origin"]["value"] == "*"
    assert headers["access-control-allow-methods"]["value"] == "GET, HEAD, OPTIONS"
    assert "CMCD-Request" in headers["access-control-allow-headers"]["value"]


def test_without_tokens_it_answers_preflights_alone(tmp_path: Path) -> None:
    code = viewer_request(checks_tokens=False)
    with in_node(code, {}, tmp_path) as running:
        assert running.answer(event(SEGMENT), NOW_S) == event(SEGMENT)["request"]
        assert running.answer(event(SEGMENT, method="OPTIONS"), NOW_S)["statusCode"] == 204


@pytest.mark.parametrize("checks_tokens", [True, False])
def test_it_is_small_enough(checks_tokens: bool) -> None:  # noqa: FBT001
    assert len(viewer_request(checks_tokens=checks_tokens).encode()) <= SIZE_BYTES_MAX


HOSTS = st.sampled_from(["a.example", "b.a.example", "c.b.a.example", "aa.example", "[::1]"])
PATTERNS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "https://", "http://", "app://"]),
    st.sampled_from(["", "*."]),
    HOSTS.filter(lambda host: not host.startswith("[")),
    st.sampled_from(["", "", ":443", ":8080", ":080"]),
)
PAGES = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "null", "https://", "a.example", "https://u@a.example/", "HTTPS://A.example"]
    ),
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["https", "http", "app"]),
        HOSTS,
        st.sampled_from(["", ":", ":443", ":80", ":8080", ":08080"]),
        st.sampled_from(["", "/", "/x?y#z", "?q"]),
    ),
)
COUNTRIES = st.sampled_from(["DE", "FR", "XX", "T1"])


@settings(
    max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    scopes=st.sets(st.sampled_from(Scope)),
    countries=st.one_of(st.none(), st.sets(COUNTRIES.filter(str.isalpha), min_size=1)),
    referrers=st.one_of(st.none(), st.lists(PATTERNS, min_size=1, max_size=3)),
    no_referrer=st.booleans(),
    path=st.sampled_from(
        [
            ENTRY,
            "/song.json",
            SEGMENT,
            "/other.mpd",
            "/media/a2/r/1.m4s",
            "/media/a1/r/waveform.dat",
        ]
    ),
    said=st.tuples(st.one_of(st.none(), COUNTRIES), PAGES, PAGES),
    age_s=st.integers(-100, 200),
)
def test_it_decides_as_the_origin_does(
    function: RunningFunction,
    *,
    scopes: set[Scope],
    countries: set[str] | None,
    referrers: list[str] | None,
    no_referrer: bool,
    path: str,
    said: tuple[str | None, str | None, str | None],
    age_s: int,
) -> None:
    bounds = Bounds(
        None if countries is None else frozenset(countries),
        None if referrers is None else tuple(map(ReferrerPattern.of, referrers)),
        no_referrer=no_referrer and referrers is not None,
    )
    text = sign(
        "song",
        KEY,
        now_s=NOW_S,
        valid_for_s=100,
        scopes=frozenset(scopes or Scope),
        bounds=bounds,
        asset_id="a1",
    )
    country, origin, referrer = said
    fields = {"cloudfront_viewer_country": country, "origin": origin, "referer": referrer}
    asked = event(path, text, **{name: each for name, each in fields.items() if each is not None})
    expected = at_home(text, path, Circumstances(country, origin, referrer), NOW_S + age_s)
    assert status_of(function.answer(asked, NOW_S + age_s)) == expected


def at_home(text: str, path: str, circumstances: Circumstances, now_s: float) -> int:
    """Return what the origin would say of it: 0, 401 or 403."""
    try:
        known = RING.verify(text, now_s)
    except TokenRefused:
        return 401
    first = path.split("/")[1]
    is_behind = path.startswith(f"/media/{known.asset_id}/") if first == "media" else None
    is_open = first.partition(".")[0] == known.playback_id if is_behind is None else is_behind
    is_let = known.bounds.allow(circumstances) and scope_of_path(path) in known.scopes
    return 0 if is_open and is_let else 403


CLAIMS = st.dictionaries(
    st.sampled_from(
        [
            "aud",
            "exp",
            "nbf",
            "iat",
            "iss",
            "jti",
            "scope",
            "asset",
            "countries",
            "referrers",
            "no_referrer",
            "foo",
        ]
    ),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-1, NOW_S * 2),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(["song", "a1", "", "play", "play about", "play  about", "DE", "A B"]),
        st.lists(st.sampled_from(["song", "DE", "a.example", "*.a.example", 1, None]), max_size=2),
        st.just({}),
    ),
    max_size=5,
)


@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(claims=CLAIMS, is_whole=st.booleans())
def test_it_believes_what_the_origin_believes(
    function: RunningFunction,
    *,
    claims: dict[str, Any],
    is_whole: bool,
) -> None:
    """Of odd claims, too: what is refused there as no token is so here, and nothing else is."""
    usual = {"aud": "song", "exp": NOW_S + 60} if is_whole else {}
    payload = json.dumps({**usual, **claims}).encode()
    text = jwt.api_jws.encode(payload, KEY.half, "HS256", headers={"kid": KEY.kid})
    try:
        RING.verify(text, NOW_S)
        is_known = True
    except TokenRefused:
        is_known = False
    assert (status_of(function.answer(event(ENTRY, text), NOW_S)) != 401) is is_known
