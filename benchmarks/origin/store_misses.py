"""What is only in SeaweedFS, against obstore alone that gets the same on the same core.

One worker, whose memory is too small for what is asked in a cycle; each segment is of another
asset, so that none is read ahead. That nearly all comes from the store is told by
``Cache-Status``. SeaweedFS is on the other core, beside the load.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from benchmarks.origin.bare import bare
from benchmarks.origin.catalogue import singles
from benchmarks.origin.comparison import in_turns
from benchmarks.origin.load import CONNECTIONS, Asked, load_counting
from benchmarks.origin.servers import soundbridge, staying_on
from origin.cache.record import Found
from tests.servers.seaweedfs import seaweedfs

_SERVER: Final = (0,)
_OTHERS: Final = (1,)
_MEMORY: Final = ("--memory", "16")
"""The least: of it, objects have one megabyte, no more than are under way."""
_COUNTED: Final = f"Cache-Status: {Found.STORE.value}"
_GOALS: Final = {"ratio": 0.6, "share_from_store": 0.99}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Ask both for the same, in turns."""
    with staying_on(_OTHERS), seaweedfs(folder, "media") as bucket:
        what = Asked(singles(bucket.store().put, asked.segments))
        names = [path.removeprefix("/") for path in what.paths]
        url, environment = f"s3://{bucket.name}", bucket.environment
        with soundbridge(
            url, folder / "log", *_MEMORY, cores=_SERVER, environment=environment
        ) as server:
            found = in_turns(
                asked.rounds,
                lambda: load_counting(server, what, _COUNTED, seconds=asked.seconds, cores=_OTHERS),
                lambda: bare(
                    "obstore",
                    url,
                    names,
                    at_once=CONNECTIONS,
                    seconds=asked.seconds,
                    cores=_SERVER,
                    environment=environment,
                ),
                share="share_from_store",
                peer="obstore",
            )
            memory_mb = server.memory_mb()
    return {"segments": len(names), **found, "memory_mb": memory_mb, "goals": _GOALS}
