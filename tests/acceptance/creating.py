"""A creator who uploads over HTTP, and anybody who looks for what comes of it."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.functional.supervising import until
from tests.servers.soundbridge import TIMEOUT_S, soundbridge, soundbridge_here


@dataclass
class Creator:
    """Somebody with a key; ``url`` is where the server is."""

    url: str
    key: str

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.key}"}

    def ask(self, method: str, path: str, json_body: object = None, content: bytes = b"") -> Any:
        """Ask for something, and return what is said."""
        headers = dict(self.headers)
        if json_body is not None:
            content = json.dumps(json_body).encode()
            headers["Content-Type"] = "application/json"
        request = Request(f"{self.url}{path}", content or None, headers, method=method)  # noqa: S310 http on loopback
        with urlopen(request, timeout=TIMEOUT_S) as response:  # noqa: S310
            return json.loads(response.read())

    def becomes_ready(self, asset_id: str) -> Any:
        """Wait for an asset to be ready, and return what is said of it."""

        def ready() -> Any:
            asset = self.ask("GET", f"/v1/assets/{asset_id}")
            assert asset["state"] != "errored", asset
            return asset["state"] == "ready" and asset

        return until(ready)


def admin(state: Path, *arguments: str) -> str:
    """Run an operator's command, and return what it prints."""
    done = soundbridge("admin", *arguments, "--state", state)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def prepared(state: Path, *arguments: str) -> str:
    """Do what an operator's command does without its program, and return what it prints."""
    done = soundbridge_here("admin", *arguments, "--state", state)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def plays(creator: Creator, playback_id: str) -> None:
    """Fetch the playlists and every segment, and hold them against the standards."""
    checked = soundbridge("validate", f"{creator.url}/{playback_id}.m3u8")
    assert checked.returncode == 0, checked.stdout + checked.stderr


def found(creator: Creator, query: str) -> Any:
    """Wait until a search of anybody's finds something, and return it."""

    def hit() -> Any:
        items = stranger(creator, f"/v1/search?q={query}")["items"]
        return items[0] if items else False

    return until(hit)


def stranger(creator: Creator, path: str) -> Any:
    """Return what anybody is told."""
    with urlopen(f"{creator.url}{path}", timeout=TIMEOUT_S) as response:  # noqa: S310 http on loopback
        return json.loads(response.read())
