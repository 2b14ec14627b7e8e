"""How long a page of each list of tracks takes at each depth, in SQLite and in PostgreSQL.

As the API asks for whoever listens: from the query that is made to the rows that are there. Each
time another key is asked for, so that no page is asked for twice. ``cpu_ms`` is the mean that both
processors' clocks tell, ours and the server's, which others on the machine do not change as much.
"""

import asyncio
import resource
import time
from argparse import Namespace
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from benchmarks.api.catalogue import Catalogue, fill
from benchmarks.api.lists import Listed, all_lists
from origin.companion.catalogue.tracks.lists import read
from origin.companion.database import Database
from origin.database.engine import open_database, open_serving
from origin.database.sqlite import open_sqlite_reader
from tests.servers.postgres import postgres

DEPTHS: Final = (0, 1_000, 100_000)
_GOALS: Final = {"p99_ms": 5.0}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Fill both, and ask each."""
    found: dict[str, Any] = {"databases": {"sqlite": asyncio.run(_of_sqlite(asked, folder))}}
    with postgres() as url:
        found["databases"]["postgresql"] = asyncio.run(_of_postgres(asked, folder, url))
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {**found, "peak_memory_mb": round(peak_mb, 1), "goals": _GOALS}


async def _of_sqlite(asked: Namespace, folder: Path) -> dict[str, Any]:
    async with open_database(folder, None) as engine, open_sqlite_reader(folder) as reader:
        filled = await _filled(engine, asked)
        return await _measured(asked, filled, Database(engine, [reader]), "SELECT sqlite_version()")


async def _of_postgres(asked: Namespace, folder: Path, url: str) -> dict[str, Any]:
    async with open_database(folder, url) as engine:
        filled = await _filled(engine, asked)
    async with open_serving(folder, url) as engine:
        return await _measured(asked, filled, Database(engine), "SHOW server_version")


async def _filled(engine: AsyncEngine, asked: Namespace) -> tuple[Catalogue, float]:
    """Fill it; return what is in it, and how long that took."""
    begun_s = time.perf_counter()
    catalogue = await fill(engine, asked.tracks, asked.artists, asked.seed)
    return catalogue, time.perf_counter() - begun_s


async def _measured(
    asked: Namespace, filled: tuple[Catalogue, float], database: Database, version_of: str
) -> dict[str, Any]:
    catalogue, filled_s = filled
    found: dict[str, Any] = {}
    for name, listed in all_lists(catalogue).items():
        of_list = {
            f"depth {depth}": times
            for depth in DEPTHS
            if (times := await _times(database, listed, depth, asked.times))
        }
        found[name] = of_list
    async with database.look(None) as connection:
        server = await connection.scalar(text(version_of))
    return {
        "version": f"{server}, SQLAlchemy {version('SQLAlchemy')}",
        "filled_s": round(filled_s, 1),
        "lists": found,
    }


async def _times(
    database: Database, listed: Listed, depth: int, times: int
) -> dict[str, float] | None:
    """Return what a page took, None where the list is not as deep."""
    async with database.look(None) as connection:
        keys = await listed.keys(connection, depth, times)
        server = await _server_of(connection)
    if not keys:
        return None
    took_ms = []
    cpu_s = 0.0
    for number in range(times + times // 10):
        if number == times // 10:
            cpu_s = _cpu_s(server)
        behind = keys[number % len(keys)] if depth else None
        begun_s = time.perf_counter()
        async with database.look(None) as connection:
            await read(connection, listed.query(database.primary.dialect, behind))
        took_ms.append((time.perf_counter() - begun_s) * 1_000)
    cpu_ms = (_cpu_s(server) - cpu_s) * 1_000 / times
    warm = sorted(took_ms[times // 10 :])
    found = {"p50_ms": _share(warm, 0.5), "p99_ms": _share(warm, 0.99), "cpu_ms": cpu_ms}
    return {name: round(figure, 3) for name, figure in found.items()}


async def _server_of(connection: AsyncConnection) -> int | None:
    """Return the process that answers, None where it is this one."""
    if connection.dialect.name == "sqlite":
        return None
    return int((await connection.execute(text("SELECT pg_backend_pid()"))).scalar_one())


def _cpu_s(server: int | None) -> float:
    """Return how long this process and a server's have been on a processor."""
    if server is None:
        return time.process_time()
    on_processor_ns, *_ = Path(f"/proc/{server}/schedstat").read_text(encoding="ascii").split()
    return time.process_time() + int(on_processor_ns) / 1e9


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
