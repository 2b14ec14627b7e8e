"""Has a server hold tracks that anybody finds and plays, as a creator would put them there."""

import json
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks.origin.servers import Server
from benchmarks.packaging.commands import flac, stereo_wav

_BYTES: Final = "application/octet-stream"
_TIMEOUT_S: Final = 60.0
_LOOK_EVERY_S: Final = 0.05


@dataclass(frozen=True)
class Publisher:
    """A creator with a key; sources are made in ``folder``."""

    server: Server
    key: str
    folder: Path

    def publish(self, number: int, length_s: int, cover: bytes) -> None:
        """Publish a track with a cover, and wait until it is ready."""
        wav = stereo_wav(None, self.folder / "source.wav", length_s)
        source = flac(wav, self.folder / "source.flac", length_s)
        draft = {"name": f"Artist {number}", "handle": f"artist-{number}"}
        artist = self._ask("POST", "artists", draft)
        track = {"artist_id": artist["id"], "title": f"Track {number}", "visibility": "public"}
        track["genre"] = "noise"  # so that each is similar to the others
        upload = self._ask("POST", "uploads", {"name": source.name, "track": track})
        self._ask("PUT", upload["send"]["put"].removeprefix("/v1/"), source.read_bytes())
        deadline_s = time.monotonic() + _TIMEOUT_S
        while self._ask("GET", f"assets/{upload['asset_id']}")["state"] != "ready":
            if time.monotonic() > deadline_s:
                raise SystemExit(f"A track was not ready within {_TIMEOUT_S:.0f} s")
            time.sleep(_LOOK_EVERY_S)
        self._ask("PUT", f"tracks/{upload['track_id']}/artwork", cover)

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        return ask(self.server, self.key, method, path, body)


def ask(server: Server, key: str, method: str, path: str, body: Any = None) -> Any:
    """Ask for a path under ``/v1/``, with bytes or with JSON; return the JSON of the answer."""
    content = body if isinstance(body, bytes | None) else json.dumps(body).encode()
    headers = {"Authorization": f"Bearer {key}"}
    if content is not None:
        headers["Content-Type"] = _BYTES if isinstance(body, bytes) else "application/json"
    request = urllib.request.Request(  # noqa: S310 - http on loopback
        f"{server.url}/v1/{path}", content, headers, method=method
    )
    with urllib.request.urlopen(request, timeout=_TIMEOUT_S) as response:  # noqa: S310
        said = response.read()
    return json.loads(said) if said else None
