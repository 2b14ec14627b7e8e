"""All that plays of a real asset, asked for under a token as a player asks, at two clouds' code.

What CloudFront's function and Cloudflare's Worker go on with is asked of a real origin.
"""

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest

from cdn.edge.cloudflare.worker import worker
from cdn.edge.cloudfront.function import viewer_request
from tests.functional.packaged_tune import packaged_tune
from tests.servers.edge_function import RunningFunction, in_node, worker_in_node
from tests.servers.soundbridge import serving, soundbridge

EDGE = "https://edge.example"
PLAYED = {".m3u8", ".mpd", ".m4s", ".mp4", ".aac", ".json", ".dat"}


class Walk:
    """An origin, and a token that opens what it has."""

    def __init__(self, origin: str, token: str, key: dict[str, str]) -> None:
        self.origin = origin
        self.token = token
        self.key = key

    def fetch(self, path: str) -> bytes:
        with urllib.request.urlopen(self.origin + path, timeout=10) as response:  # noqa: S310 our own
            body: bytes = response.read()
        return body

    def addresses(self) -> list[str]:
        """Return the paths that a player asks for, one out of the other, with the token."""
        found = [f"/t/{self.token}/song.{ending}" for ending in ("m3u8", "mpd", "json")]
        for path in found:
            if path.endswith((".m3u8", "song.json")):
                text = self.fetch(path.removeprefix(f"/t/{self.token}")).decode()
                for uri in named_in(text):
                    absolute = urlsplit(urljoin(EDGE + path, uri)).path
                    if absolute not in found:
                        found.append(absolute)
        return found


def named_in(text: str) -> list[str]:
    if not text.startswith("#EXTM3U"):
        return [each for each in strings_of(json.loads(text)) if Path(each).suffix in PLAYED]
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return [*lines, *re.findall(r'URI="([^"]+)"', text)]


def strings_of(value: object) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            yield from strings_of(list(value.values()))
        case list():
            for each in value:
                yield from strings_of(each)


@pytest.fixture(scope="module")
def walk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Walk]:
    folder = tmp_path_factory.mktemp("walk")
    tune, key = packaged_tune(folder, "--packed-audio"), folder / "edge.jwk"
    assert soundbridge("token", "new-key", "--algorithm", "HS256", key).returncode == 0
    options = ("--signing-key", key, "--for", "10m", "--asset", tune.asset_id)
    signed = soundbridge("token", "sign", "song", *options)
    assert signed.returncode == 0, signed.stderr
    with serving(tune.store) as origin:
        yield Walk(origin, signed.stdout.strip(), json.loads(key.read_text()))


def test_a_player_comes_by_everything_through_cloudfront(walk: Walk, tmp_path: Path) -> None:
    keys = {walk.key["kid"]: walk.key["k"]}
    with in_node(viewer_request(checks_tokens=True), keys, tmp_path) as running:
        addresses = walk.addresses()
        assert {Path(each).suffix for each in addresses} == PLAYED
        for path in addresses:
            request = {"method": "GET", "uri": path, "querystring": {}, "headers": {}}
            answer = running.answer({"request": request}, time.time())
            assert answer["uri"] == path.removeprefix(f"/t/{walk.token}"), path
            assert walk.fetch(answer["uri"])


def test_a_player_comes_by_everything_through_cloudflare(walk: Walk, tmp_path: Path) -> None:
    keys = json.dumps({"keys": [walk.key]}).encode()
    with worker_in_node(worker(), keys, tmp_path) as running:
        for path in walk.addresses():
            [asked] = asked_for(running, path)
            assert asked == EDGE + path.removeprefix(f"/t/{walk.token}"), path
            assert walk.fetch(urlsplit(asked).path)


def asked_for(running: RunningFunction, path: str) -> list[str]:
    event: dict[str, Any] = {"url": EDGE + path, "method": "GET", "headers": {}, "country": None}
    return [each["url"] for each in running.answer(event, time.time())["asked"]]
