import json
import select

import pytest

from origin.telemetry.access_log import AccessLog, answer_part, client_part, logged_path
from origin.telemetry.request_id import new_request_id, request_id_of


class Lines(list[str]):
    def write(self, text: str) -> int:
        self.append(text)
        return len(text)


def test_a_line_is_json_whatever_clients_say() -> None:
    lines = Lines()
    client = client_part("::1", 'a "quoted"\\\n\udc80 agent', "bytes=0-", 'x"y')
    answer = answer_part(
        "G\x00T", '/a"b', 206, 17, protocol='HTTP"1', cache="memory stale_on_error"
    )
    AccessLog(lines).log(answer, client, "id-1", "12.3")
    (line,) = lines
    assert line.endswith("}\n")
    event = json.loads(line)
    assert event.pop("timestamp").endswith("Z")
    assert event == {
        "event": "request",
        "method": "G\x00T",
        "path": '/a"b',
        "protocol": 'HTTP"1',
        "status": 206,
        "sent_bytes": 17,
        "cache": "memory stale_on_error",
        "duration_ms": 12.3,
        "remote": "::1",
        "range": "bytes=0-",
        "host": 'x"y',
        "user_agent": 'a "quoted"\\\n\udc80 agent',
        "request_id": "id-1",
        "level": "info",
    }


def test_a_hit_is_a_line_like_any_other() -> None:
    lines = Lines()
    log = AccessLog(lines)
    log.log(answer_part("GET", "/x", 200, 1), client_part(None, None), "id-1")
    event = json.loads(lines[0])
    assert (event["path"], event["remote"], event["user_agent"]) == ("/x", None, None)
    assert event["request_id"] == "id-1"


def test_no_line_is_longer_than_a_pipe_takes_in_one_piece() -> None:
    lines = Lines()
    odd = "\udc80" * 10_000
    path = '/"' * 9000
    client = client_part("ff02::1", odd, odd, "a" * 10_000)
    answer = answer_part(odd, path, 404, 10**9, protocol=odd, cache="memory stale_on_error")
    AccessLog(lines).log(answer, client, "i" * 100, "99000.0")
    assert len(lines[0].encode()) <= select.PIPE_BUF


def test_people_get_no_json() -> None:
    lines = Lines()
    AccessLog(lines, for_people=True).log(
        answer_part("GET", "/x", 200, 1), client_part("::1", "mpv"), "id-1"
    )
    assert lines[0].partition(" ")[2] == "::1 GET '/x' 200 1 bytes 0.0 ms\n"


@pytest.mark.parametrize(
    ("path", "logged"),
    [
        ("/first-light.m3u8", "/first-light.m3u8"),
        ("/t/eyJhbGciOi.eyJhdWQi.c2ln/first-light.m3u8", "/t/-/first-light.m3u8"),
        ("/t/anything/at/all", "/t/-/at/all"),
        ("/%74/anything/x", "/t/-/x"),
        ("/opens/anything/play/a", "/opens/-/play/a"),
        ("/opens/a.b.c/about/media/a", "/opens/-/about/media/a"),
        ("/open%73/any%74hing/play/a", "/opens/-/play/a"),
        ("/x/%65yJhbGciOi.eyJhdWQi.c2ln", "/x/-"),
        ("/t%2f%65%79JhbGciOi.eyJhdWQi.c2ln", "/t%2f-"),
        ("/t/./e%79JhbGciOi.eyJhdWQi.c2ln", "/t/-/-"),
        ("/100%25/a%20b", "/100%25/a%20b"),
        ("/x/eyJhbGciOi.eyJhdWQi.c2ln", "/x/-"),
        ("/t", "/t"),
        ("/" + "x" * 2000, "/" + "x" * 899),
    ],
)
def test_paths_are_logged_without_secrets(path: str, logged: str) -> None:
    assert logged_path(path) == logged


JWT = "eyJhbGciOi.eyJhdWQi.c2ln"


def test_what_clients_say_is_logged_without_secrets() -> None:
    client = json.loads(f"{{{client_part(JWT, f'mpv {JWT}', f'bytes={JWT}', JWT)}}}")
    assert client == {"remote": "-", "range": "bytes=-", "host": "-", "user_agent": "mpv -"}
    agent = client_part(None, "a " * 99 + JWT)
    assert json.loads(f"{{{agent}}}")["user_agent"] == "a " * 99 + "-"
    answer = json.loads(f"{{{answer_part(JWT, f'/http://u:p@h/{JWT}?q', 400, 0)}}}")
    assert (answer["method"], answer["path"]) == ("-", "/http://h/-")


@pytest.mark.parametrize(
    "said", ["a", "7d0f-1.2:3", "Root=1-67891233-abcdef012345678912345678", "x" * 100]
)
def test_a_plain_name_is_kept(said: str) -> None:
    assert request_id_of(said) == said


@pytest.mark.parametrize(
    "said", [None, "", "-x", "a b", 'a"', "a\n", "é", "x" * 101, "<script>", JWT, f"Root=1-{JWT}"]
)
def test_any_other_is_replaced(said: str | None) -> None:
    assert request_id_of(said) not in {said, ""}


def test_new_names_differ() -> None:
    assert len({new_request_id() for _ in range(1000)}) == 1000
