"""CloudFront's function, run with tokens as they are signed, against who verifies them at home."""

import json
from collections.abc import Iterator, Mapping
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
from cdn.signing.scope import Scope
from cdn.signing.token import sign
from tests.functional.edge_tokens import (
    CLAIMS,
    COUNTRIES,
    ENTRY,
    GOOD,
    KEY,
    NO_UTF_8,
    NOW_S,
    PAGES,
    PATTERNS,
    RING,
    SEGMENT,
    TABLE,
    Asked,
    at_home,
    token,
)
from tests.servers.edge_function import RunningFunction, in_njs, in_node

STORE = {KEY.kid: KEY.to_jwk()["k"]}
CODE = viewer_request(checks_tokens=True)


def event(one: Asked) -> dict[str, Any]:
    """Return what CloudFront hands to a function (Developer Guide, "Event structure")."""
    headers = {name: {"value": said} for name, said in one.headers.items()}
    if one.country is not None:
        headers["cloudfront-viewer-country"] = {"value": one.country}
    request = {"method": one.method, "uri": one.target, "querystring": {}, "headers": headers}
    return {"request": request}


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
def test_what_is_let_through(function: RunningFunction, asked: Asked, status: int) -> None:
    answer = function.answer(event(asked), NOW_S)
    assert status_of(answer) == status
    if status == 0:
        assert answer["uri"] == asked.path
    else:
        assert answer["headers"]["access-control-allow-origin"]["value"] == "*"
        assert ("www-authenticate" in answer["headers"]) is (status in {401, 403})


def test_another_engine_lets_the_same_through(tmp_path: Path) -> None:
    """It is njs, which CloudFront's functions are like: no more of ECMAScript than it knows."""
    answers = in_njs(
        CODE, STORE, [{"now_s": NOW_S, "event": event(row[1])} for row in TABLE], tmp_path
    )
    assert [status_of(each) for each in answers] == [row[2] for row in TABLE]


def test_what_is_no_utf_8_is_no_json(function: RunningFunction) -> None:
    assert status_of(function.answer(event(Asked(ENTRY, NO_UTF_8)), NOW_S)) == 401


def test_fields_that_come_twice_are_taken_together(function: RunningFunction) -> None:
    asked = event(Asked(ENTRY, token(referrers=["a.example"])))
    twice = [{"value": "https://a.example"}, {"value": "https://b.example"}]
    asked["request"]["headers"]["origin"] = {**twice[0], "multiValue": twice}
    assert status_of(function.answer(asked, NOW_S)) == 403


@pytest.mark.parametrize("path", [ENTRY, SEGMENT, f"/t/{GOOD}{ENTRY}", "/t/no.to.ken/x.m3u8"])
def test_preflights_are_answered_and_ask_for_nothing(function: RunningFunction, path: str) -> None:
    answer = function.answer(event(Asked(path, method="OPTIONS")), NOW_S)
    assert answer["statusCode"] == 204
    headers = answer["headers"]
    assert headers["access-control-allow-origin"]["value"] == "*"
    assert headers["access-control-allow-methods"]["value"] == "GET, HEAD, OPTIONS"
    assert "CMCD-Request" in headers["access-control-allow-headers"]["value"]


def test_without_tokens_it_answers_preflights_and_what_may_be_misread(tmp_path: Path) -> None:
    """Who has a signature for one asset might get another one by it."""
    code = viewer_request(checks_tokens=False)
    with in_node(code, {}, tmp_path) as running:
        assert running.answer(event(Asked(SEGMENT)), NOW_S) == event(Asked(SEGMENT))["request"]
        for odd in ("/media/a1/../a2/r1/1.m4s", "/media/a1/..%2fa2/r1/1.m4s", "/media//a1/1.m4s"):
            assert running.answer(event(Asked(odd)), NOW_S)["statusCode"] == 404
        assert running.answer(event(Asked(SEGMENT, method="OPTIONS")), NOW_S)["statusCode"] == 204


@pytest.mark.parametrize("checks_tokens", [True, False])
def test_it_is_small_enough(checks_tokens: bool) -> None:  # noqa: FBT001
    assert len(viewer_request(checks_tokens=checks_tokens).encode()) <= SIZE_BYTES_MAX


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
    asked = Asked(path, text, "GET", *said)
    expected = at_home(text, path, Circumstances(*said), NOW_S + age_s)
    assert status_of(function.answer(event(asked), NOW_S + age_s)) == expected


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
    assert (status_of(function.answer(event(Asked(ENTRY, text)), NOW_S)) != 401) is is_known
