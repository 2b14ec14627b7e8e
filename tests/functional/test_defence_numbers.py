"""What one address may have: connections, and requests a second; and who that is."""

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from socket import socket

import pytest
from obstore.store import MemoryStore

from origin.app import create_app
from origin.defence.client import ClientLimits
from origin.defence.forwarding import AddressField, TrustedProxies
from origin.defence.guard import Guard
from tests.functional.asking import PAGE, answer, ask, get, is_closed
from tests.servers.guarded import GuardedOrigin, guarded

PROXY = "127.0.0.9"
HOUR = ClientLimits(connections=900, requests_per_s=1, burst_s=40.0)
"""So few that a test's own time does not matter."""
MISSING = get("/missing.m3u8")

Start = Callable[[Guard], GuardedOrigin]


@pytest.fixture
def start() -> Iterator[Start]:
    with ExitStack() as stack:

        def start(guard: Guard) -> GuardedOrigin:
            return stack.enter_context(guarded(create_app(MemoryStore()), guard))

        yield start


def _guard(limits: ClientLimits, connections_max: int | None = None) -> Guard:
    return Guard(limits, TrustedProxies((f"{PROXY}/32",)), connections_max=connections_max)


def _opened(origin: GuardedOrigin, source: str) -> AbstractContextManager[socket]:
    return closing(origin.connect(source))


def test_a_thousand_connections_from_one_address(start: Start) -> None:
    origin = start(_guard(ClientLimits(connections=900, requests_per_s=0)))
    with ExitStack() as stack:
        all_of_them = [stack.enter_context(_opened(origin, "127.0.0.1")) for _ in range(1000)]
        for client in all_of_them[900:]:
            said = answer(client)
            assert (said.status, said.problem["code"]) == (429, "too_many_requests")
            assert int(said.headers["retry-after"]) >= 1
            assert said.headers["connection"] == "close"
            assert is_closed(client)
        assert {ask(client, PAGE).status for client in all_of_them[:900]} == {200}
        with _opened(origin, "127.0.0.2") as another:
            assert ask(another, PAGE).status == 200
        with _opened(origin, PROXY) as proxy:
            assert ask(proxy, PAGE).status == 200
    with _opened(origin, "127.0.0.3") as last:  # behind all that were closed
        ask(last, PAGE)
    with _opened(origin, "127.0.0.1") as again:
        assert ask(again, PAGE).status == 200


def test_more_connections_than_the_process_can_have(start: Start) -> None:
    origin = start(_guard(ClientLimits(0, 0), connections_max=10))
    with ExitStack() as stack:
        for number in range(10):
            client = stack.enter_context(_opened(origin, f"127.0.1.{number + 1}"))
            assert ask(client, PAGE).status == 200
        with _opened(origin, PROXY) as surplus:
            said = answer(surplus)
            assert (said.status, said.problem["code"]) == (503, "overloaded")
            assert int(said.headers["retry-after"]) >= 1


@pytest.mark.parametrize("request_bytes", [PAGE, MISSING], ids=["hot", "not hot"])
def test_requests_of_one_address(start: Start, request_bytes: bytes) -> None:
    origin = start(_guard(HOUR))
    with _opened(origin, "127.0.0.1") as client, _opened(origin, "127.0.0.1") as second:
        taken = 0
        while (said := ask((client, second)[taken % 2], request_bytes)).status != 429:
            taken += 1
        assert 38 <= taken <= 120  # forty at once, those of the meantime; two connections
        assert said.problem["code"] == "too_many_requests"
        assert 1 <= int(said.headers["retry-after"]) <= 40
        assert said.headers["cache-control"] == "no-store"
        with _opened(origin, "127.0.0.2") as another:
            assert ask(another, request_bytes).status != 429
        assert ask(second, request_bytes).status == 429  # and is still open


def test_a_storm_of_connections_has_the_limit_of_requests(start: Start) -> None:
    origin = start(_guard(HOUR))
    for _ in range(500):
        with _opened(origin, "127.0.0.1") as client:
            if ask(client, PAGE).status == 429:
                break
    else:
        pytest.fail("it was never refused")


def test_who_comes_again_when_told_is_answered(start: Start) -> None:
    """The connection that was refused has to be opened again, which counts too."""
    origin = start(_guard(ClientLimits(connections=0, requests_per_s=1, burst_s=3.0)))
    with _opened(origin, "127.0.0.1") as client:
        while ask(client, PAGE).status != 429:
            pass
    with _opened(origin, "127.0.0.1") as refused:
        said = answer(refused)
        assert said.status == 429
    time.sleep(int(said.headers["retry-after"]))
    with _opened(origin, "127.0.0.1") as client:
        assert ask(client, PAGE).status == 200


@pytest.mark.parametrize("path", ["/", "/missing.m3u8"], ids=["hot", "not hot"])
def test_the_address_that_a_proxy_adds_counts(start: Start, path: str) -> None:
    origin = start(_guard(HOUR))

    def asked(proxy: socket, *fields: str) -> int:
        return ask(proxy, get(path, *fields)).status

    with _opened(origin, PROXY) as proxy:
        statuses = [
            asked(proxy, f"X-Forwarded-For: 192.0.2.{claim}, 203.0.113.5") for claim in range(200)
        ]
        assert statuses.index(429) >= 40
        assert statuses[-1] == 429, "whatever was claimed in front of it"
        assert asked(proxy, f"X-Forwarded-For: 203.0.113.5, {PROXY}") == 429
        assert asked(proxy, "X-Forwarded-For: 192.0.2.1", "X-Forwarded-For: 203.0.113.5") == 429
        for other in ("X-Forwarded-For: 203.0.113.6", "X-Forwarded-For: 2001:db8::1", "A: b"):
            assert asked(proxy, other) != 429
        assert 429 not in [asked(proxy) for _ in range(200)], "a proxy has no limits of its own"


@pytest.mark.parametrize("path", ["/", "/missing.m3u8"], ids=["hot", "not hot"])
def test_the_address_that_a_proxy_adds_to_forwarded_counts(start: Start, path: str) -> None:
    proxies = TrustedProxies((f"{PROXY}/32",), AddressField.FORWARDED)
    origin = start(Guard(HOUR, proxies))

    def asked(proxy: socket, *fields: str) -> int:
        return ask(proxy, get(path, *fields)).status

    with _opened(origin, PROXY) as proxy:
        statuses = [
            asked(
                proxy,
                f'Forwarded: for=192.0.2.{claim};x="a, for="[2001:db8::5]:80"',
                f"X-Forwarded-For: 192.0.2.{claim}",
            )
            for claim in range(200)
        ]
        assert statuses.index(429) >= 40
        assert statuses[-1] == 429, "whatever was claimed in front of it, or elsewhere"
        assert asked(proxy, "Forwarded: for=192.0.2.1", 'Forwarded: for="[2001:db8::6]"') == 429
        for other in ("Forwarded: for=203.0.113.6", "X-Forwarded-For: 2001:db8::5", "A: b"):
            assert asked(proxy, other) != 429


def test_what_others_say_of_addresses_counts_for_nothing(start: Start) -> None:
    origin = start(_guard(HOUR))
    with _opened(origin, "127.0.0.1") as client:
        statuses = [
            ask(client, get("/", f"X-Forwarded-For: 192.0.2.{n}", f"Forwarded: for=192.0.2.{n}"))
            for n in range(42)
        ]
        assert statuses[-1].status == 429


def test_a_client_that_is_refused_is_read_once_a_sweep(start: Start) -> None:
    """So that refusals have a bounded cost."""
    origin = start(_guard(ClientLimits(connections=0, requests_per_s=1, burst_s=5.0)))
    with _opened(origin, "127.0.0.1") as client:
        client.sendall(PAGE * 6)
        assert {answer(client).status for _ in range(5)} == {200}
        assert answer(client).status == 429
        for _ in range(3):
            assert ask(client, PAGE).status == 429
