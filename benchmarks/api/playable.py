"""How soon a track plays once its upload is done, whatever its length.

``serve`` alone, as a newcomer has it: SQLite, a folder, one packager as a child. The clock runs
from the answer to the last byte of a PUT until its asset says that it is playable, and the entry,
a media playlist and the first segment are there. A short source comes before all, so that what is
loaded once is loaded. Each length comes as WAV and as FLAC. What plays is deleted, and the packager
is done with it or let go of it, before the next comes.
"""

import argparse
import asyncio
import http.client
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urljoin, urlsplit

from benchmarks.api.upload import creator
from benchmarks.origin.servers import Server, soundbridge
from benchmarks.packaging.commands import flac, stereo_wav

GOALS: Final = {"most_s": 1.5}
_LENGTHS_S: Final = (10, 180, 1800, 7200)
_LOOK_EVERY_S: Final = 0.01
_TIMEOUT_S: Final = 60.0
_SOON_S: Final = 3.0
_DONE_S: Final = 1.0
_LET_GO_S: Final = 12.0
"""A packager learns that its job is not wanted when it extends its lease, every ten seconds."""


def answer(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure."""
    state = folder / "state"
    key = asyncio.run(creator(state))
    cores = sorted(os.sched_getaffinity(0))
    lengths_s = [length_s for length_s in _LENGTHS_S if length_s <= asked.longest]
    found: dict[str, list[float]] = {}
    # Who looks fifty times a second whether it plays yet may be told to ask less often.
    options = ("--state", str(state), "--api-requests-per-user", "0", "--requests-per-client", "0")
    with soundbridge(None, folder / "log", *options, cores=cores) as server:
        _took_s(server, key, stereo_wav(None, folder / "first.wav", 2))
        for length_s in lengths_s:
            wav = stereo_wav(None, folder / f"{length_s}.wav", length_s)
            for source in (wav, flac(wav, folder / f"{length_s}.flac", length_s)):
                took_s = [_took_s(server, key, source) for _ in range(asked.rounds)]
                found[f"{length_s} s of {source.suffix[1:]}"] = took_s
                source.unlink()
    medians = {name: round(median(took_s), 3) for name, took_s in found.items()}
    return {"goals": GOALS, "medians_s": medians, "most_s": max(medians.values())}


def _took_s(server: Server, key: str, source: Path) -> float:
    """Upload a source; return how long after that it plays. It is deleted then."""
    with _connection(server, key) as ask:
        made = json.loads(ask("POST", "/v1/uploads", json.dumps({"name": source.name}).encode()))
        ask("PUT", made["send"]["put"], source)
        done_s = time.perf_counter()
        asset = f"/v1/assets/{made['asset_id']}"
        while not json.loads(ask("GET", asset, None))["is_playable"]:
            if time.perf_counter() > done_s + _TIMEOUT_S:
                raise SystemExit(f"{source.name} did not play within {_TIMEOUT_S:.0f} s")
            time.sleep(_LOOK_EVERY_S)
        entry = f"/{made['playback_id']}.m3u8"
        media = urljoin(entry, _first_uri(ask("GET", entry, None)))
        segment = urljoin(media, _first_uri(ask("GET", media, None)))
        ask("GET", segment, None)
        took_s = time.perf_counter() - done_s
        is_packaged = _is_ready_soon(ask, asset)
        ask("DELETE", asset, None, (204,))
    time.sleep(_DONE_S if is_packaged else _LET_GO_S)
    return took_s


def _is_ready_soon(ask: Any, asset: str) -> bool:
    until_s = time.perf_counter() + _SOON_S
    while time.perf_counter() < until_s:
        if json.loads(ask("GET", asset, None))["state"] == "ready":
            return True
        time.sleep(_LOOK_EVERY_S)
    return False


def _first_uri(playlist: bytes) -> str:
    lines = playlist.decode().splitlines()
    return next(line for line in lines if line and not line.startswith("#"))


@contextmanager
def _connection(server: Server, key: str) -> Iterator[Any]:
    """Give what asks over one connection, and returns the answer's body."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(
        str(address.hostname), address.port, timeout=_TIMEOUT_S, blocksize=1 << 20
    )

    def ask(
        method: str, path: str, body: bytes | Path | None, statuses: tuple[int, ...] = (200, 201)
    ) -> bytes:
        headers = {"Authorization": f"Bearer {key}"} if path.startswith("/v1/") else {}
        if isinstance(body, bytes):
            headers["Content-Type"] = "application/json"
        if isinstance(body, Path):
            headers["Content-Length"] = str(body.stat().st_size)
            with body.open("rb") as file:
                connection.request(method, path, file, headers)
        else:
            connection.request(method, path, body, headers)
        response = connection.getresponse()
        content = response.read()
        if response.status not in statuses:
            raise SystemExit(f"{method} {path}: {response.status} {content[:300]!r}")
        return content

    try:
        yield ask
    finally:
        connection.close()
