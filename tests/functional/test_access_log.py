"""Whose requests the log says they are, and by which names, however they were answered."""

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.functional.asking import ask, get
from tests.functional.load import rest_of
from tests.functional.scraping import HOT_PAGES, metrics
from tests.functional.supervising import Server, supervised, until
from tests.sources.published import PublishedAsset

CLAIM = "192.0.2.9"


def _logged(server: Server, *fields: str) -> list[dict[str, Any]]:
    """Ask for the page until it comes from memory; return what the log says of all requests."""
    asked = 0

    def is_hot() -> bool:
        nonlocal asked
        assert ask(client, get("/", *fields)).status == 200
        asked += 1
        return metrics(server).get(HOT_PAGES, 0) > 0

    with closing(server.connect()) as client:
        until(is_hot)
    assert metrics(server)[HOT_PAGES] < asked, "the first was answered by aiohttp"
    return until(lambda: len(found := server.events("request")) == asked and found)


@pytest.mark.long_unless("192.0.2.9, 203")
@pytest.mark.parametrize(
    ("forwarded_for", "remote"),
    [
        (f"{CLAIM}, 203.0.113.5", "203.0.113.5"),
        ("203.0.113.5, 127.0.0.9", "203.0.113.5"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2:3:4:5:6"),
        (f"{CLAIM}, unknown", "127.0.0.1"),
    ],
)
def test_the_client_is_who_a_trusted_proxy_says_last(
    folder: Path, asset: PublishedAsset, tmp_path: Path, forwarded_for: str, remote: str
) -> None:
    del asset
    claims = (f"X-Forwarded-For: {forwarded_for}", f"Forwarded: for={CLAIM}")
    with supervised(folder, tmp_path / "log", "--metrics-port", "0") as server:
        logged = _logged(server, *claims, "X-Request-Id: edge-7")
    assert {(event["remote"], event["request_id"]) for event in logged} == {(remote, "edge-7")}


@pytest.mark.long_unless("proto=https")
@pytest.mark.parametrize(
    ("forwarded", "remote"),
    [
        (f"for={CLAIM}, for=203.0.113.5;proto=https", "203.0.113.5"),
        ('for="[2001:db8:1:2:3:4:5:6]:80", for="127.0.0.9"', "2001:db8:1:2:3:4:5:6"),
        (f"for={CLAIM}, for=_hidden", "127.0.0.1"),
    ],
)
def test_a_trusted_proxy_may_say_it_in_forwarded(
    folder: Path, asset: PublishedAsset, tmp_path: Path, forwarded: str, remote: str
) -> None:
    del asset
    options = ("--client-address-field", "forwarded", "--metrics-port", "0")
    claims = (f"X-Forwarded-For: {CLAIM}", f"Forwarded: {forwarded}")
    with supervised(folder, tmp_path / "log", *options) as server:
        assert {event["remote"] for event in _logged(server, *claims)} == {remote}


@pytest.mark.long
def test_nobody_else_is_believed(folder: Path, asset: PublishedAsset, tmp_path: Path) -> None:
    del asset
    options = ("--trusted-proxies", "198.51.100.0/24", "--metrics-port", "0")
    claims = (f"X-Forwarded-For: {CLAIM}", f"Forwarded: for={CLAIM}", f"X-Real-IP: {CLAIM}")
    with supervised(folder, tmp_path / "log", *options) as server:
        assert {event["remote"] for event in _logged(server, *claims)} == {"127.0.0.1"}


def test_how_long_an_answer_took_is_told_by_a_clock_that_has_no_steps(
    folder: Path, asset: PublishedAsset, tmp_path: Path
) -> None:
    del asset
    with supervised(folder, tmp_path / "log") as server, closing(server.connect()) as client:
        for _ in range(20):
            assert ask(client, get("/nothing.m3u8")).status == 404
        logged = until(lambda: len(found := server.events("request")) == 20 and found)
    took_ms = [event["duration_ms"] for event in logged]
    assert any(took % 1 for took in took_ms), "the loop's clock has whole milliseconds"
    assert all(0 <= took < 10_000 for took in took_ms)


def test_what_is_refused_is_logged_as_what_it_was(
    folder: Path, asset: PublishedAsset, tmp_path: Path
) -> None:
    del asset
    refused = {
        b"HEAD /t/secret/a?secret HTTP/2.0\r\n": ("HEAD", "/t/-/a", 505, "HTTP/2.0"),
        b"POST http://u:secret@x/a HTTP/1.1\r\n": ("POST", "/a", 400, "HTTP/1.1"),
        b"GET /a HTTP/1.1\r\nExpect: secret\r\nHost: x\r\n\r\n": ("GET", "/a", 417, "HTTP/1.1"),
        b"GET /secret" + 9_000 * b"a": ("GET", "/", 414, None),
        b"\x16secret": ("UNKNOWN", "/", 400, None),
    }
    with supervised(folder, tmp_path / "log") as server:
        for request, said in refused.items():
            with closing(server.connect()) as client:
                client.sendall(request)
                assert int(rest_of(client).split()[1]) == said[2]
        logged = until(lambda: len(found := server.events("request")) == len(refused) and found)
        assert "secret" not in (tmp_path / "log").read_text()
    said_of = [(e["method"], e["path"], e["status"], e["protocol"]) for e in logged]
    assert said_of == [*refused.values()]
    assert {(event["host"], event["cache"]) for event in logged} == {(None, None)}


def test_where_an_answer_was_found_and_how_it_was_asked_for(
    folder: Path, asset: PublishedAsset, tmp_path: Path
) -> None:
    """The same of all answers from memory, whichever path gave them."""
    with supervised(folder, tmp_path / "log", "--metrics-port", "0") as server:
        from_memory = _logged(server)
        segment = get(f"{asset.path}/128k/00000.m4s")
        with closing(server.connect()) as client:
            for request in (segment, segment, segment.replace(b"1.1", b"1.0", 1)):
                assert ask(client, request).status == 200
        asked = len(from_memory) + 3
        logged = until(lambda: len(found := server.events("request")) == asked and found)[-3:]
    told = [(event["cache"], event["protocol"], event["host"]) for event in logged]
    assert told == [
        ("store read", "HTTP/1.1", "x"),
        ("memory hit", "HTTP/1.1", "x"),
        ("memory hit", "HTTP/1.0", "x"),
    ]
    told_hot = {(event["cache"], event["protocol"], event["host"]) for event in from_memory}
    assert told_hot == {("memory hit", "HTTP/1.1", "x")}


def test_the_host_that_counts_is_logged(
    folder: Path, asset: PublishedAsset, tmp_path: Path
) -> None:
    """That of the target, where it has one (RFC 9112 §3.2.2)."""
    del asset
    request = b"GET http://real.test:81/nothing.m3u8 HTTP/1.1\r\nHost: other.test\r\n\r\n"
    with supervised(folder, tmp_path / "log") as server:
        with closing(server.connect()) as client:
            assert ask(client, request).status == 404
        (logged,) = until(lambda: server.events("request"))
    assert logged["host"] == "real.test:81"
