"""What it costs to take note of what players tell, beside a server that does not.

One worker each on the same core, the load from the other. The peer is the same server with
``--cmcd-sample 0``. Each request tells of another session, the most that can come: reports are
thinned, and what is left of the cost is that of leaving them out.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from benchmarks.origin.asset import packaged
from benchmarks.origin.comparison import compared
from benchmarks.origin.load import Asked, Served, load
from benchmarks.origin.servers import soundbridge

_SERVER: Final = (0,)
_CLIENT: Final = (1,)
_GOALS: Final = {"segments_128k_cmcd": 0.95, "playlists_cmcd": 0.95, "segments_128k": 0.98}


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Ask both for the same, in turns."""
    asset = packaged(folder / "store")
    small = asset.segments["128k"]
    requests = {
        "segments_128k_cmcd": Asked(small, is_numbered=True),
        "playlists_cmcd": Asked(asset.playlists, [("Accept-Encoding", "gzip")], is_numbered=True),
        "segments_128k": Asked(small),
    }
    served: dict[str, dict[str, list[Served]]] = {name: {} for name in requests}
    with (
        soundbridge(asset.folder, folder / "log", cores=_SERVER) as noting,
        soundbridge(
            asset.folder, folder / "other log", "--cmcd-sample", "0", cores=_SERVER
        ) as deaf,
    ):
        pair = [("noting", noting), ("deaf", deaf)]
        for _ in range(asked.rounds):
            for name, what in requests.items():
                for server, running in pair:
                    found = load(running, what, seconds=asked.seconds, cores=_CLIENT)
                    served[name].setdefault(server, []).append(found)
            pair.reverse()  # who comes first has the colder processor
        memory_mb = {"noting": noting.memory_mb(), "deaf": deaf.memory_mb()}
    return {
        "figures": {
            name: compared(each["noting"], each["deaf"], "deaf") for name, each in served.items()
        },
        "memory_mb": memory_mb,
        "goals": {"ratio_per_cpu_s": _GOALS},
    }
