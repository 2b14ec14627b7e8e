"""A creator, who has a key, and the operator who let them in."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from tests.functional.supervising import until
from tests.servers.soundbridge import TIMEOUT_S, soundbridge


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
