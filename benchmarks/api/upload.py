"""How fast a large upload passes through the server, and in how much memory.

Beside the disk's own rate: a program that writes as many bytes to the same folder, and syncs them.
"""

import argparse
import asyncio
import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any, Final

from benchmarks.api.publishing import ask
from benchmarks.origin.servers import Server, soundbridge
from benchmarks.packaging.process_tree import watched
from origin.companion.database import Database
from origin.companion.identity.keys import ID_BYTES, SECRET_BYTES, NewKey, add_key
from origin.companion.identity.principal import ALL_SCOPES, Role
from origin.companion.identity.users import add_user
from origin.database.engine import open_database

GOALS: Final = {
    "most_memory_mb": 32,
    "least_mb_per_s": "300, or 0.8 of the disk's own rate, whichever is lower",
}
_MB: Final = 1_000_000
_PACKAGED_WITHIN_S: Final = 60.0
_PART: Final = bytes(range(256)) * 4096


def answer(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Measure."""
    state, media = folder / "state", folder / "media"
    media.mkdir()
    key = asyncio.run(creator(state))
    size_bytes = asked.megabytes * _MB
    cores = sorted(os.sched_getaffinity(0))
    options = ("--state", str(state), "--connections-per-client", "0", "--requests-per-client", "0")
    with soundbridge(media, folder / "log", *options, cores=cores) as server:
        _load(server, key)
        one = [_round(server, key, size_bytes, folder) for _ in range(asked.rounds)]
        many = _watched(server, key, size_bytes // 10, asked.at_once)
    disk = median(each["disk_mb_per_s"] for each in one)
    rate = median(each["mb_per_s"] for each in one)
    return {
        "goals": GOALS,
        "rounds": one,
        "mb_per_s": rate,
        "disk_mb_per_s": disk,
        "of_the_disk": round(rate / disk, 3),
        "more_memory_mb": max(each["more_memory_mb"] for each in one),
        "at_once": many,
    }


async def creator(state: Path) -> str:
    """Make a database with a creator; return a key of hers."""
    key = NewKey.of(secrets.token_bytes(ID_BYTES + SECRET_BYTES))
    async with open_database(state, None) as engine, Database(engine).change() as connection:
        await add_user(connection, "ann", name="Ann", role=Role.CREATOR, now_s=time.time())
        await add_key(
            connection, key, "ann", name="benchmark", scopes=ALL_SCOPES, now_s=time.time()
        )
    return key.text


def _load(server: Server, key: str) -> None:
    """Have all loaded that is loaded once: also by what packages, which is counted, too."""
    (made,) = _made(server, key, 1)
    _send(server, key, _MB, [made["send"]["put"]])
    until_s = time.monotonic() + _PACKAGED_WITHIN_S
    while ask(server, key, "GET", f"assets/{made['asset_id']}")["state"] == "preparing":
        if time.monotonic() > until_s:
            raise SystemExit("A small upload is not packaged in the time there is.")
        time.sleep(0.1)


def _round(server: Server, key: str, size_bytes: int, folder: Path) -> dict[str, Any]:
    disk = _written(folder / "disk", size_bytes)
    return {"disk_mb_per_s": disk, **_watched(server, key, size_bytes, 1)}


def _watched(server: Server, key: str, size_bytes: int, count: int) -> dict[str, Any]:
    paths = [made["send"]["put"] for made in _made(server, key, count)]
    before_mb = server.memory_mb()
    with watched(server.pid) as seen:
        took_s = _send(server, key, size_bytes, paths)
    return {
        "uploads": count,
        "mb_per_s": round(size_bytes * count / _MB / took_s, 1),
        "memory_before_mb": before_mb,
        "more_memory_mb": max(round(seen.peak_bytes / _MB - before_mb, 1), 0.1),
    }


def _made(server: Server, key: str, count: int) -> list[dict[str, Any]]:
    return [ask(server, key, "POST", "uploads", {"name": "song.wav"}) for _ in range(count)]


def _send(server: Server, key: str, size_bytes: int, paths: Sequence[str]) -> float:
    """Send all at once, from a process of its own; return how long that took."""
    command = [sys.executable, "-m", "benchmarks.api.sender", server.url, key, str(size_bytes)]
    sent = subprocess.run([*command, *paths], stdout=subprocess.PIPE, text=True, check=True)
    found = json.loads(sent.stdout)
    if found["done"] != len(paths):
        raise SystemExit(f"{found['done']} of {len(paths)} uploads were taken")
    return float(found["seconds"])


def _written(path: Path, size_bytes: int) -> float:
    """Write a file and sync it; return the MB a second."""
    started_s = time.perf_counter()
    with path.open("wb") as file:
        for start in range(0, size_bytes, len(_PART)):
            file.write(_PART[: size_bytes - start])
        file.flush()
        os.fsync(file.fileno())
    took_s = time.perf_counter() - started_s
    path.unlink()
    return round(size_bytes / _MB / took_s, 1)
