"""Cloudflare's Worker, run with tokens as they are signed, against who verifies them at home."""

import json
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jwt.algorithms import OKPAlgorithm

from cdn.edge.cloudflare.worker import worker
from cdn.signing.bounds import Bounds, Circumstances
from cdn.signing.keys import Algorithm, PublicKey, SigningKey, new_signing_key
from cdn.signing.referrer import ReferrerPattern
from cdn.signing.scope import Scope
from cdn.signing.secret import SecretKey
from cdn.signing.token import sign
from tests.functional.edge_tokens import (
    COUNTRIES,
    ENTRY,
    GOOD,
    KEY,
    NO_UTF_8,
    NOW_S,
    PAGES,
    PATTERNS,
    SEGMENT,
    TABLE,
    Asked,
    at_home,
)
from tests.servers.edge_function import RunningFunction, worker_in_node

HOST = "https://music.example.com"
CURVE, EDWARDS = new_signing_key(Algorithm.ES256), new_signing_key(Algorithm.EDDSA)
STRANGERS = [new_signing_key(Algorithm.ES256), new_signing_key(Algorithm.EDDSA)]
KEYS: list[SecretKey | SigningKey] = [KEY, CURVE, EDWARDS]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFunction]:
    keys = [KEY.to_jwk(), CURVE.public.to_jwk(), EDWARDS.public.to_jwk()]
    folder = tmp_path_factory.mktemp("worker")
    with worker_in_node(worker(), json.dumps({"keys": keys}).encode(), folder) as one:
        yield one


def answer(running: RunningFunction, one: Asked, now_s: float = NOW_S) -> Any:
    event = {
        "url": HOST + one.target,
        "method": one.method,
        "headers": one.headers,
        "country": one.country,
    }
    return running.answer(event, now_s)


@pytest.mark.parametrize(
    ("asked", "status"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_what_is_let_through(running: RunningFunction, asked: Asked, status: int) -> None:
    """What is not below /t/ comes here by no route; where it does, it is refused.

    A Worker has the path with its dots resolved, so another asset's is 403 and not 404 there.
    """
    got = answer(running, asked)
    if asked.token is None:
        assert (got["status"], got["asked"]) == (401, [])
    elif status == 0:
        assert got["status"] == 200
        [asked_for] = got["asked"]
        assert (asked_for["url"], asked_for["method"]) == (HOST + asked.path, asked.method)
        assert asked_for["cf"] == {"cacheEverything": True}
    else:
        assert got["status"] in {status, 403 if status == 404 else status}
        assert got["asked"] == []
        assert got["headers"]["access-control-allow-origin"] == "*"


@pytest.mark.parametrize("key", KEYS, ids=["HS256", "ES256", "EdDSA"])
def test_each_kind_of_key_verifies(running: RunningFunction, key: SecretKey | SigningKey) -> None:
    text = sign("song", key, now_s=NOW_S, valid_for_s=60, asset_id="a1")
    assert answer(running, Asked(SEGMENT, text))["status"] == 200
    head, body, signature = text.split(".")
    other = "B" if signature[0] == "A" else "A"
    changed = f"{head}.{body}.{other}{signature[1:]}"
    assert answer(running, Asked(SEGMENT, changed))["status"] == 401


@pytest.mark.parametrize("stranger", STRANGERS, ids=["ES256", "EdDSA"])
def test_a_stranger_who_takes_the_name_of_a_key_is_none(
    running: RunningFunction, stranger: SigningKey
) -> None:
    known = CURVE if stranger.public.algorithm is Algorithm.ES256 else EDWARDS
    named = PublicKey(known.public.kid, stranger.public.algorithm, stranger.public.half)
    text = sign("song", SigningKey(named, stranger.half), now_s=NOW_S, valid_for_s=60)
    assert answer(running, Asked(ENTRY, text))["status"] == 401


@pytest.mark.parametrize("algorithm", ["EdDSA", "Ed25519"])
def test_ed25519_has_two_names(running: RunningFunction, algorithm: str) -> None:
    signer = jwt.PyJWS()
    signer.register_algorithm("Ed25519", OKPAlgorithm())
    claims = json.dumps({"aud": "song", "exp": NOW_S + 60}).encode()
    text = signer.encode(claims, EDWARDS.half, algorithm, {"kid": EDWARDS.kid})
    assert answer(running, Asked(ENTRY, text))["status"] == 200


def test_what_a_player_says_of_itself_is_not_passed_on(running: RunningFunction) -> None:
    page = "https://a.example"
    one = Asked(f"{SEGMENT}?CMCD=sid%3D1&_HLS_msn=3", GOOD, origin=page, referer=page)
    said = {"range": "bytes=0-9", "cookie": "a=b", "authorization": "x", "CMCD-Session": "sf=h"}
    event = {
        "url": HOST + one.target,
        "method": "GET",
        "headers": {**one.headers, **said},
        "country": None,
    }
    [asked_for] = running.answer(event, NOW_S)["asked"]
    assert asked_for["url"] == HOST + SEGMENT
    assert asked_for["headers"]["range"] == "bytes=0-9"
    gone = {"origin", "cookie", "authorization", "referer", "cmcd-session"}
    assert not gone & set(asked_for["headers"])


def test_who_steers_is_told_all_and_what_is_asked_for_leads_nowhere_else(
    running: RunningFunction,
) -> None:
    query = "?_HLS_pathway=a&_HLS_throughput=5"
    [asked_for] = answer(running, Asked(f"/steering/song{query}", GOOD))["asked"]
    assert asked_for["url"] == f"{HOST}/steering/song{query}"
    assert asked_for["cf"] == {"cacheEverything": False}
    assert asked_for["redirect"] == "manual"


def test_what_is_no_utf_8_is_no_json(running: RunningFunction) -> None:
    assert answer(running, Asked(ENTRY, NO_UTF_8))["status"] == 401


@pytest.mark.parametrize("is_bound", [True, False])
def test_what_hangs_on_the_page_says_so(running: RunningFunction, *, is_bound: bool) -> None:
    referrers = (ReferrerPattern.of("a.example"),) if is_bound else None
    text = sign("song", KEY, now_s=NOW_S, valid_for_s=60, bounds=Bounds(referrers=referrers))
    got = answer(running, Asked(ENTRY, text, origin="https://a.example"))
    assert got["status"] == 200
    assert got["headers"].get("vary") == ("Origin, Referer" if is_bound else None)


def test_methods_that_change_things_are_refused(running: RunningFunction) -> None:
    got = answer(running, Asked(ENTRY, GOOD, "POST"))
    assert (got["status"], got["headers"]["allow"], got["asked"]) == (405, "GET, HEAD, OPTIONS", [])


def test_preflights_are_answered(running: RunningFunction) -> None:
    got = answer(running, Asked(SEGMENT, "no.to.ken", "OPTIONS"))
    assert (got["status"], got["asked"]) == (204, [])
    assert "CMCD-Request" in got["headers"]["access-control-allow-headers"]


@settings(max_examples=200, deadline=None)
@given(
    scopes=st.sets(st.sampled_from(Scope), min_size=1),
    countries=st.one_of(st.none(), st.sets(COUNTRIES.filter(str.isalpha), min_size=1)),
    referrers=st.one_of(st.none(), st.lists(PATTERNS, min_size=1, max_size=3)),
    path=st.sampled_from([ENTRY, "/song.json", SEGMENT, "/other.mpd", "/media/a2/r/1.m4s"]),
    country=st.one_of(st.none(), COUNTRIES),
    page=PAGES,
)
def test_it_decides_as_the_origin_does(
    running: RunningFunction,
    *,
    scopes: set[Scope],
    countries: set[str] | None,
    referrers: list[str] | None,
    path: str,
    country: str | None,
    page: str | None,
) -> None:
    bounds = Bounds(
        None if countries is None else frozenset(countries),
        None if referrers is None else tuple(map(ReferrerPattern.of, referrers)),
    )
    text = sign(
        "song",
        KEY,
        now_s=NOW_S,
        valid_for_s=100,
        scopes=frozenset(scopes),
        bounds=bounds,
        asset_id="a1",
    )
    got = answer(running, Asked(path, text, country=country, referer=page))
    expected = at_home(text, path, Circumstances(country, None, page), NOW_S)
    assert got["status"] == (expected or 200)
