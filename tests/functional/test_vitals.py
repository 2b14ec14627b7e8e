"""What browsers say of the pages' quickness: counted where it can be, and nothing else is."""

import json
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any

import pytest
from aiohttp.test_utils import TestClient, TestServer
from aiohttp.web import Application, Request
from obstore.store import MemoryStore

from origin.app import create_app
from origin.delivery import problem
from origin.telemetry.process import Telemetry
from origin.web.vitals import BEACONS_A_MINUTE, Vitals

Client = TestClient[Request, Application]

PLAIN = {"Content-Type": "text/plain;charset=UTF-8"}
"""As ``navigator.sendBeacon`` sends a string."""

GOOD = {"page": "home", "values": {"LCP": 1234.5, "CLS": 0.015}}
HOSTILE: list[Any] = [
    b"", b"null", b"[]", b"{", b"\xff\xfe", b"[" * 2000,
    b'{"page": "home", "values": {"LCP": NaN}}',
    b'{"page": "home", "values": {"LCP": ' + b"9" * 1900 + b"e}}",
    {"page": "home"}, {"page": "home", "values": {}}, {"page": "home", "values": []},
    {"page": "/etc/passwd", "values": {"LCP": 1}}, {"page": ["home"], "values": {"LCP": 1}},
    {"page": "home", "values": {"LCP": 1}, "user": "Ann"},
    {"page": "home", "values": {"LCP": -1}}, {"page": "home", "values": {"LCP": "1"}},
    {"page": "home", "values": {"LCP": True}}, {"page": "home", "values": {"LCP": None}},
    {"page": "home", "values": {"x\n# HELP y": 1}},
    {"page": "home", "values": {f"n{number}": 1 for number in range(11)}},
]  # fmt: skip


@pytest.fixture
def telemetry() -> Telemetry:
    return Telemetry()


@pytest.fixture
async def client(telemetry: Telemetry) -> AsyncIterator[Client]:
    app = create_app(MemoryStore(), telemetry=telemetry)
    async with TestClient(TestServer(app)) as opened:
        yield opened


def counted(telemetry: Telemetry) -> dict[str, float]:
    """Return the samples of pages, by name and labels."""
    return {
        f"{name} {sorted(labels.items())}": value
        for _, _, _, samples in telemetry.metrics.report()
        for name, labels, value in samples
        if "_page_" in name and not name.endswith("_bucket")
    }


async def test_what_was_measured_is_counted_by_page(client: Client, telemetry: Telemetry) -> None:
    response = await client.post("/vitals", data=json.dumps(GOOD))
    assert response.status == HTTPStatus.NO_CONTENT
    assert response.headers["Cache-Control"] == "no-store"
    home = [("metric", "LCP"), ("page", "home")]
    assert counted(telemetry) == {
        f"soundbridge_page_seconds_count {home}": 1,
        f"soundbridge_page_seconds_sum {home}": 1.2345,
        "soundbridge_page_layout_shift_count [('page', 'home')]": 1,
        "soundbridge_page_layout_shift_sum [('page', 'home')]": 0.015,
    }


@pytest.mark.parametrize("body", HOSTILE)
async def test_what_makes_no_sense_is_refused_and_not_counted(
    client: Client, telemetry: Telemetry, body: Any
) -> None:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    response = await client.post("/vitals", data=content, headers=PLAIN)
    assert response.status == HTTPStatus.BAD_REQUEST
    assert (await response.json())["code"] == "bad_request"
    assert counted(telemetry) == {}


async def test_what_cannot_be_is_kept_within_bounds(client: Client, telemetry: Telemetry) -> None:
    body = (
        b'{"page": "mine", "values": {"CLS": 1e300, "INP": Infinity, "FCP": 1' + b"0" * 400 + b"}}"
    )
    assert (await client.post("/vitals", data=body, headers=PLAIN)).status == HTTPStatus.NO_CONTENT
    sums = {name: value for name, value in counted(telemetry).items() if "_sum" in name}
    assert sorted(sums.values()) == [10, 60, 60]


async def test_a_long_body_is_not_read(client: Client) -> None:
    response = await client.post("/vitals", data=b" " * 100_000, headers=PLAIN)
    assert response.status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE


async def test_other_sites_are_not_listened_to(client: Client, telemetry: Telemetry) -> None:
    headers = {"Sec-Fetch-Site": "cross-site"}
    response = await client.post("/vitals", data=json.dumps(GOOD), headers=headers)
    assert response.status == HTTPStatus.FORBIDDEN
    assert counted(telemetry) == {}


@pytest.mark.parametrize(
    "kind", ["application/json", "application/octet-stream", "text/html", "multipart/form-data"]
)
async def test_what_no_page_sends_is_not_read(
    client: Client, telemetry: Telemetry, kind: str
) -> None:
    headers = {"Content-Type": kind}
    response = await client.post("/vitals", data=json.dumps(GOOD), headers=headers)
    assert response.status == HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    assert counted(telemetry) == {}


async def test_of_too_many_in_a_minute_the_rest_is_not_counted(telemetry: Telemetry) -> None:
    now_s = [59.9]
    app = Application(middlewares=[problem.middleware])
    Vitals(telemetry.metrics, clock=lambda: now_s[0]).add_route(app)

    async with TestClient(TestServer(app)) as client:

        async def statuses_of(number: int) -> set[int]:
            answers = [await client.post("/vitals", data=json.dumps(GOOD)) for _ in range(number)]
            return {answer.status for answer in answers}

        assert await statuses_of(BEACONS_A_MINUTE) == {HTTPStatus.NO_CONTENT}
        assert await statuses_of(2) == {HTTPStatus.TOO_MANY_REQUESTS}
        now_s[0] = 60
        assert await statuses_of(1) == {HTTPStatus.NO_CONTENT}
    shifts = counted(telemetry)["soundbridge_page_layout_shift_count [('page', 'home')]"]
    assert shifts == BEACONS_A_MINUTE + 1


async def test_it_is_no_place_to_look(client: Client) -> None:
    assert (await client.get("/vitals")).status == HTTPStatus.METHOD_NOT_ALLOWED
