"""What connections to the metrics' address cost, that ask for nothing."""

import socket
import time
from contextlib import ExitStack, closing
from http.client import HTTPConnection
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, Counter

from origin.telemetry import scraping
from origin.telemetry.exposition import exposed
from origin.telemetry.scraping import CONNECTIONS_MAX
from tests.functional.supervising import until
from tests.servers.soundbridge import TIMEOUT_S

HALF_A_REQUEST = b"GET /metrics HTTP/1.1\r\nHo"


def registry() -> CollectorRegistry:
    made = CollectorRegistry()
    Counter("things", "Things.", registry=made).inc(7)
    return made


def scraped(port: int) -> bool:
    """Tell whether metrics are given; for a moment, connections may count that were just closed."""
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=TIMEOUT_S) as answer:
            return b"things_total 7.0" in answer.read()
    except OSError:
        return False


def send_slowly(client: socket.socket, within_s: float) -> None:
    """Send a request that never ends, for as long as the server takes it."""
    until_s = time.monotonic() + within_s
    while time.monotonic() < until_s:
        client.sendall(b"o")
        time.sleep(0.2)


def is_closed(client: socket.socket) -> bool:
    """Tell whether the server has closed it, having said nothing."""
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


@pytest.mark.long
def test_those_that_ask_for_nothing_are_few_and_go_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "CONNECTION_S", 2.0)
    with exposed("127.0.0.1", 0, registry()) as port, ExitStack() as opened:
        clients = []
        for _ in range(3 * CONNECTIONS_MAX):
            client = opened.enter_context(
                closing(socket.create_connection(("127.0.0.1", port), TIMEOUT_S))
            )
            client.sendall(HALF_A_REQUEST)
            client.settimeout(0.3)
            clients.append(client)
        assert sum(map(is_closed, clients)) >= 2 * CONNECTIONS_MAX
        until_s = time.monotonic() + TIMEOUT_S
        while not all(map(is_closed, clients)):
            assert time.monotonic() < until_s
        until(lambda: scraped(port))


def test_who_asks_byte_by_byte_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scraping, "CONNECTION_S", 2.0)
    with exposed("127.0.0.1", 0, registry()) as port:
        begun_s = time.monotonic()
        with closing(socket.create_connection(("127.0.0.1", port), TIMEOUT_S)) as client:
            client.settimeout(0.2)
            client.sendall(HALF_A_REQUEST)
            with pytest.raises(OSError, match=r"Broken pipe|reset"):
                send_slowly(client, TIMEOUT_S)
        assert time.monotonic() - begun_s < 20
        until(lambda: scraped(port))


def test_it_listens_at_addresses_of_both_kinds() -> None:
    with (
        exposed("::1", 0, registry()) as port,
        urlopen(f"http://[::1]:{port}/metrics", timeout=TIMEOUT_S) as answer,
    ):
        assert b"things_total 7.0" in answer.read()


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("application/openmetrics-text;version=1.0.0", "application/openmetrics-text"),
        ("application/openmetrics-text;version=zz", "text/plain"),
        ("text/plain;version=9..", "text/plain"),
        ("*/*", "text/plain"),
        ("", "text/plain"),
    ],
)
def test_get_and_head_are_answered_alike_whatever_is_accepted(accept: str, kind: str) -> None:
    with exposed("127.0.0.1", 0, registry()) as port:
        answers = []
        for method in ("GET", "HEAD"):
            asked = HTTPConnection("127.0.0.1", port, timeout=TIMEOUT_S)
            asked.request(method, "/metrics", headers={"Accept": accept})
            answer = asked.getresponse()
            assert answer.status == 200
            assert answer.headers.get_content_type() == kind
            answers.append((answer.headers["Content-Length"], answer.read()))
            asked.close()
    (length, body), (length_of_head, nothing) = answers
    assert b"things_total 7.0" in body
    assert int(length) == len(body)
    assert (length_of_head, nothing) == (length, b"")
