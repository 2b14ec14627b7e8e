"""What a store says while one cannot be asked that is trusted more: it may be forged."""

import time
from collections.abc import Callable
from contextlib import closing
from http.client import HTTPConnection

import pytest

from tests.functional.supervising import until
from tests.functional.tenants import SEGMENT, Answer, Tenants
from tests.servers.faults import Fault
from tests.servers.soundbridge import TIMEOUT_S
from tests.sources.published import forge

pytestmark = pytest.mark.long

CACHED_BY = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control")
REST_S = 0.02
FOR_NOW = {"max-age=10", "public, max-age=10"}


def lifetimes(answer: Answer) -> set[str]:
    return {answer.headers[name] for name in CACHED_BY}


def test_what_a_less_trusted_store_alone_says_is_kept_by_nobody_for_long(
    tenants: Tenants, down: Callable[[Fault], None]
) -> None:
    asset = tenants.publish(tenants.bucket)
    forged, path = forge(tenants.second, asset, SEGMENT), f"{asset.path}/{SEGMENT}"
    entry = f"/{asset.entry.playback_id}"
    down(Fault.DENIED)
    with closing(HTTPConnection(*tenants.server.address, timeout=TIMEOUT_S)) as listener:
        heard(listener, path)
        assert {heard(listener, path) for _ in range(9)} == {forged}
        for answer in tenants.ask_all(path):
            assert (answer.status, answer.body) == (200, forged)
            assert lifetimes(answer) <= FOR_NOW
        for answer in tenants.ask_all(f"{entry}.m3u8", f"{entry}.mpd", f"{entry}.json"):
            assert (answer.status, lifetimes(answer)) == (200, {"max-age=10"})
        tenants.fault = None
        real = asset.contents[SEGMENT]
        until(lambda: heard(listener, path) == real)
    until(lambda: {answer.body for answer in tenants.ask_all(path)} == {real})
    until(lambda: all(b"impostor" not in each.body for each in tenants.ask_all(f"{entry}.json")))


def heard(listener: HTTPConnection, path: str) -> bytes:
    """Ask on a connection that is at rest, where what was answered before is answered again."""
    time.sleep(REST_S)
    listener.request("GET", path)
    return listener.getresponse().read()


def test_what_has_been_found_for_certain_stays_so_while_another_store_is_down(
    tenants: Tenants, down: Callable[[Fault], None]
) -> None:
    asset = tenants.publish(tenants.second)
    tenants.plays(asset)
    down(Fault.DENIED)
    for name in (SEGMENT, "320k/00000.m4s", "waveform.dat"):
        for answer in tenants.ask_all(f"{asset.path}/{name}"):
            assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
