"""Edges that verify tokens by themselves, against who verifies them at home, with hostile tokens.

A few thousand here; ``-m long`` asks ten times as many.
"""

import json
import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cdn.edge.cloud import CloudEdge, CloudOrigin
from cdn.edge.cloudflare.worker import worker
from cdn.edge.cloudfront.function import viewer_request
from cdn.edge.fastly.vcl import service
from cdn.signing.bounds import Circumstances
from cdn.signing.keys import Algorithm, SigningKey, base64url, new_signing_key
from cdn.signing.secret import SecretKey
from cdn.signing.token import KeyRing
from tests.functional.edge_tokens import ENTRY, KEY, NOW_S, SEGMENT, at_home
from tests.functional.hostile_tokens import Hostile
from tests.servers.edge_function import RunningFunction, in_njs, in_node, worker_in_node
from tests.unit.cdn.edge.vcl_in_python import Request, Service

CURVE, EDWARDS = new_signing_key(Algorithm.ES256), new_signing_key(Algorithm.EDDSA)
KEYS: list[SecretKey | SigningKey] = [KEY, KEY, CURVE, EDWARDS]
RING = KeyRing([KEY, CURVE.public, EDWARDS.public])
PATHS = [ENTRY, ENTRY, SEGMENT, "/song.json", "/other.m3u8", "/media/a2/r1/x.m4s"]
EDGE = CloudEdge(
    host="music.example.com",
    origin=CloudOrigin.read("https://origin.example.com"),
    checks_tokens=True,
)
ENDED = re.compile(r"(?:fQA|0A|9AA)(?:\.|$)")
"""How base64url ends where a NUL is behind a brace: a text of VCL ends there, too."""
LEADING_ZERO = base64url(b'{"aud":"song","exp":01800000060}')
COUNTRIES = [None, "DE", "FR", "XX", "T1", "de"]
PAGES = [
    None, None, "", "null", "https://a.example", "https://b.a.example/x", "https://A.EXAMPLE",
    "https://a.example:443/", "https://a.example:", "https://a.example:0443", "app://x",
    "https://u@a.example", "https://[::1]/", f"https://{'a' * 5000}.example",
]  # fmt: skip


@pytest.fixture(scope="module")
def edges(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[RunningFunction]]:
    """Start CloudFront's function and Cloudflare's Worker."""
    jwks = [KEY.to_jwk(), CURVE.public.to_jwk(), EDWARDS.public.to_jwk()]
    folders = [tmp_path_factory.mktemp(name) for name in ("cloudfront", "cloudflare")]
    function, store = viewer_request(checks_tokens=True), {KEY.kid: KEY.to_jwk()["k"]}
    with ExitStack() as stack:
        yield [
            stack.enter_context(in_node(function, store, folders[0])),
            stack.enter_context(
                worker_in_node(worker(), json.dumps({"keys": jwks}).encode(), folders[1])
            ),
        ]


@pytest.mark.parametrize(
    ("seed", "many"), [(1, 2000), pytest.param(2, 20_000, marks=pytest.mark.long)]
)
def test_all_judge_alike(edges: list[RunningFunction], seed: int, many: int) -> None:
    hostile, random = Hostile(KEYS, seed), Random(seed)  # noqa: S311 to be made again
    verdicts = set()
    for _ in range(many):
        token, path = hostile.token(), random.choice(PATHS)
        said = random.choice(COUNTRIES), random.choice(PAGES), random.choice(PAGES)
        expected = [
            at_home(token, path, Circumstances(*said), NOW_S, ring)
            for ring in (KeyRing([KEY]), RING)
        ]
        got = [at_cloudfront(edges[0], token, path, said), at_worker(edges[1], token, path, said)]
        assert got == expected, (token, path, said)
        verdicts.update(got)
    assert verdicts == {0, 401, 403}


def test_another_engine_judges_alike(tmp_path: Path) -> None:
    """It is njs, which CloudFront's runtime is like; its JSON has numbers with leading zeros."""
    hostile, random = Hostile([KEY], 4), Random(4)  # noqa: S311 to be made again
    store, ring = {KEY.kid: KEY.to_jwk()["k"]}, KeyRing([KEY])
    asked = [
        (token, random.choice(PATHS), (random.choice(COUNTRIES), random.choice(PAGES), None))
        for token in (hostile.token() for _ in range(2000))
        if LEADING_ZERO not in token
    ]
    events = [{"now_s": NOW_S, "event": event_of(*each)} for each in asked]
    answers = in_njs(viewer_request(checks_tokens=True), store, events, tmp_path)
    for (token, path, said), answer in zip(asked, answers, strict=True):
        expected = at_home(token, path, Circumstances(*said), NOW_S, ring)
        assert int(answer.get("statusCode", 0)) == expected, (token, path, said)


def test_fastly_lets_nobody_in_whom_home_refuses() -> None:
    """It refuses more: what VCL cannot read, and tokens that are bound to pages."""
    hostile, random = Hostile([CURVE], 3), Random(3)  # noqa: S311 to be made again
    pem = CURVE.public.half.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    vcl, ring = Service(service(EDGE), {CURVE.kid: pem}), KeyRing([CURVE.public])
    verdicts = set()
    for _ in range(1500):
        token, path, country = hostile.token(), random.choice(PATHS), random.choice(COUNTRIES)
        expected = at_home(token, path, Circumstances(country), NOW_S, ring)
        if ENDED.search(token):
            continue
        asked = Request(vcl, f"/t/{token}{path}", country=country, now_s=NOW_S)
        got = asked.status("soundbridge_token")
        assert got in {expected, 401}, (token, path, country)
        verdicts.add(got)
    assert verdicts == {0, 401, 403}


Said = tuple[str | None, str | None, str | None]


def at_cloudfront(edge: RunningFunction, token: str, path: str, said: Said) -> int:
    return int(edge.answer(event_of(token, path, said), NOW_S).get("statusCode", 0))


def event_of(token: str, path: str, said: Said) -> dict[str, Any]:
    headers = {name: {"value": each} for name, each in fields(said).items()}
    if said[0] is not None:
        headers["cloudfront-viewer-country"] = {"value": said[0]}
    target = f"/t/{token}{path}"
    request = {"method": "GET", "uri": target, "querystring": {}, "headers": headers}
    return {"request": request}


def at_worker(edge: RunningFunction, token: str, path: str, said: Said) -> int:
    url = f"https://music.example.com/t/{token}{path}"
    event = {"url": url, "method": "GET", "headers": fields(said), "country": said[0]}
    status = int(edge.answer(event, NOW_S)["status"])
    return 0 if status == 200 else status


def fields(said: Said) -> dict[str, str]:
    named = {"origin": said[1], "referer": said[2]}
    return {name: each for name, each in named.items() if each is not None}
