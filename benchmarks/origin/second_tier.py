"""What is in Valkey and not in memory, against redis-py alone that gets the same on the same core.

One worker, whose memory is too small for what is asked in a cycle; each segment is of another
asset, so that none is read ahead. That nearly all comes from Valkey is told by ``Cache-Status``.
redis-py has as many commands under way as the worker, and the same event loop. Valkey is on the
other core, beside the load.
"""

from argparse import Namespace
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import redis

from benchmarks.origin.bare import bare
from benchmarks.origin.catalogue import into, singles
from benchmarks.origin.comparison import in_turns
from benchmarks.origin.load import Asked, load_counting
from benchmarks.origin.servers import soundbridge, staying_on
from origin.cache.connection import COMMANDS_AT_ONCE
from origin.cache.record import Found
from origin.cache.shared import NAMES
from tests.servers.valkey import valkey

_SERVER: Final = (0,)
_OTHERS: Final = (1,)
_MEMORY: Final = ("--memory", "16")
"""The least: of it, objects have one megabyte, no more than are under way."""
_DIGEST: Final = "[0-9a-f]" * 16
_FILLED_WITHIN_S: Final = 30
_COUNTED: Final = f"Cache-Status: {Found.SHARED.value}"
_GOALS: Final = {"ratio": 0.5, "share_from_valkey": 0.99}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Ask both for the same, in turns."""
    store = folder / "store"
    what = Asked(singles(into(store), asked.segments))
    with (
        staying_on(_OTHERS),
        valkey(folder) as shared,
        soundbridge(
            store, folder / "log", "--cache", shared.url, *_MEMORY, cores=_SERVER
        ) as server,
        redis.Redis.from_url(shared.url) as client,
    ):
        names = _filled(
            lambda: load_counting(server, what, _COUNTED, seconds=1, cores=_OTHERS),
            client,
            asked.segments,
        )
        found = in_turns(
            asked.rounds,
            lambda: load_counting(server, what, _COUNTED, seconds=asked.seconds, cores=_OTHERS),
            lambda: bare(
                "redis",
                shared.url,
                names,
                at_once=COMMANDS_AT_ONCE,
                seconds=asked.seconds,
                cores=_SERVER,
            ),
            share="share_from_valkey",
            peer="redis_py",
        )
        memory_mb = server.memory_mb()
    return {"segments": len(names), **found, "memory_mb": memory_mb, "goals": _GOALS}


def _filled(ask: Callable[[], object], client: "redis.Redis", segments: int) -> list[str]:
    """Ask until all is in Valkey; return the names that it has there."""
    names: list[str] = []
    for _ in range(_FILLED_WITHIN_S):
        ask()
        names = [name.decode() for name in client.scan_iter(f"{NAMES}media/*.m4s:{_DIGEST}")]
        if len(names) == segments:
            return names
    raise SystemExit(f"{len(names)} of {segments} segments came into Valkey; is the machine busy?")
