"""The program: what it refuses to run with, how it is told its limits, and what it logs."""

import json
import socket
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from obstore.store import LocalStore

from tests.functional.asking import Answer, answer, ask, get
from tests.servers.soundbridge import SOUNDBRIDGE, TIMEOUT_S, running, soundbridge, url_said
from tests.sources.published import publish

SECRET = "0123s3cret"  # noqa: S105 -- of nobody


@pytest.fixture
def store(tmp_path: Path) -> Path:
    publish(LocalStore(tmp_path))
    return tmp_path


@contextmanager
def serving(store: Path, *options: str) -> Iterator[tuple[int, "subprocess.Popen[str]"]]:
    command = [*SOUNDBRIDGE, "serve", "--store", str(store), "--port", "0", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            yield int(url_said(process).rpartition(":")[2]), process
        finally:
            process.terminate()


def asked(port: int, request: bytes) -> Answer:
    with _connected(port) as client:
        return ask(client, request)


def test_no_service_without_the_parser_in_c(store: Path) -> None:
    environment = {"AIOHTTP_NO_EXTENSIONS": "1"}
    done = soundbridge("serve", "--store", store, "--port", "0", environment=environment)
    assert done.returncode == 1
    assert "aiohttp runs without its parser in C" in done.stderr
    assert "unset AIOHTTP_NO_EXTENSIONS" in done.stderr
    assert "worker ended" not in done.stderr, "none is started for it"
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("networks", ["10.0.0.1/8", "cdn.example", "127.0.0.0/8,x"])
def test_what_is_no_network_is_wrong_usage(store: Path, networks: str) -> None:
    done = soundbridge("serve", "--store", store, "--trusted-proxies", networks)
    assert done.returncode == 2
    assert "--trusted-proxies" in done.stderr


def test_limits_are_those_of_the_command_line(store: Path) -> None:
    limits = ("--trusted-proxies", "", "--connections-per-client", "1")
    with serving(store, *limits) as (port, _), _connected(port) as first:
        assert ask(first, get("/")).status == 200
        with _connected(port) as second:
            assert answer(second).status == 429


def test_loopback_is_trusted_unless_told_otherwise(store: Path) -> None:
    limits = ("--connections-per-client", "1")
    with serving(store, *limits) as (port, _), _connected(port) as first:
        assert ask(first, get("/")).status == 200
        with _connected(port) as second:
            assert ask(second, get("/")).status == 200


def _connected(port: int) -> "closing[socket.socket]":
    return closing(socket.create_connection(("127.0.0.1", port), TIMEOUT_S))


@pytest.mark.parametrize(
    "options",
    [
        ("--cache", f"redis://:{SECRET}/x@127.0.0.1:1/0"),
        ("--cache", f"redis://:{SECRET}#x@127.0.0.1:1/0"),
        ("--cache", f"redis://u:{SECRET}@[127.0.0.1]:1/0"),
        ("--cache", f"http://u:{SECRET}@127.0.0.1:1/0"),
        ("--store", f"nowhere://u:{SECRET}@x/y?{SECRET}"),
        ("--store", f"http://u:{SECRET}@[x/y"),
    ],
)
def test_a_url_that_is_none_is_refused_without_its_secrets(
    store: Path, options: tuple[str, str]
) -> None:
    done = soundbridge("serve", "--store", store, "--port", "0", *options)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr
    assert "s3cret" not in done.stdout + done.stderr


def test_secrets_of_urls_that_are_good_are_not_told(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://u:{SECRET}@127.0.0.1:1")
    monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
    location = f"s3://u:{SECRET}@audio"
    with running("serve", "--store", location, "--port", "0") as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("Serving s3://audio at ")
    options = ("--store", location, "--cache", f"redis://:{SECRET}@127.0.0.1:1/0")
    with serving(store, *options) as (port, process):
        assert asked(port, get("/readyz")).body == b"ok\nstore 2 of 2 does not answer\n"
        assert asked(port, get("/nobody.m3u8")).status == 503
        process.terminate()
        said, log = process.communicate(timeout=TIMEOUT_S)
    assert "store_unavailable" in log
    assert "s3cret" not in said + log


def test_what_is_no_request_is_a_line_like_any_other(store: Path) -> None:
    requests = {
        400: get("/", "A : b"),
        414: get("/" + "x" * 9_000),
        431: get("/", "X: " + "x" * 40_000),
        501: b"FOO / HTTP/1.1\r\nHost: a\r\n\r\n",
    }
    with serving(store) as (port, process):
        for status, request in requests.items():
            assert asked(port, request).status == status
        process.terminate()
        _, log = process.communicate(timeout=TIMEOUT_S)
    events = [json.loads(line) for line in log.splitlines()]
    told = [event for event in events if event["event"] == "request"]
    assert [event["status"] for event in told] == [*requests]
    assert {event["remote"] for event in told} == {"127.0.0.1"}
    assert "AttributeError" not in log


def test_no_secret_is_logged(store: Path) -> None:
    requests = [
        get(f"/first-light.m3u8?token={SECRET}&CMCD=sid%3D%22{SECRET}%22"),
        get("/", f"Authorization: Bearer {SECRET}", f"Cookie: session={SECRET}"),
        get("/", f"Authorization: Bearer {SECRET}\0"),
        get("/", f"Authorization : Bearer {SECRET}"),
        get("/", f"Authorization: Bearer {SECRET * 1000}"),
        get("/", f"Cookie: {SECRET}\x7f\x01"),
        get("/", f"{SECRET}\xe9: a"),
        get(f"/?token={SECRET * 1000}"),
        get(f"/?token={SECRET} b"),
        get(f"http://user:{SECRET}@[x/"),
        get(f"http://user:{SECRET}@x/first-light.m3u8?{SECRET}"),
        get("/", f"Content-Length: {SECRET}"),
        get("/", f"Transfer-Encoding: {SECRET}"),
        get("/", f"Sec-WebSocket-Key1: {SECRET}"),
        get("/", f"Expect: {SECRET}"),
        get("/", "Range: bytes=0-1", f"If-Range: {SECRET}", f"Referer: https://x/?{SECRET}"),
        f"{SECRET} / HTTP/1.1\r\n\r\n".encode(),
        f"GET / {SECRET}\r\n\r\n".encode(),
    ]
    with serving(store) as (port, process):
        for request in requests:
            assert asked(port, request).status in {200, 206, 400, 404, 414, 417, 431, 501}
        process.terminate()
        _, log = process.communicate(timeout=TIMEOUT_S)
    events = [json.loads(line) for line in log.splitlines()]
    assert len(events) >= len(requests)
    assert "s3cret" not in log
