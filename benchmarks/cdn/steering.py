"""An answer to a player that asks where to go, beside nginx with one in a file.

Each question has another session, pathway and throughput, as they come from many players: nothing
of an answer can be kept. nginx sends the same document to all, from a file. Beside both, what our
server answers from memory (a media playlist), which costs next to nothing but the network.
"""

from argparse import Namespace
from pathlib import Path
from typing import Any, Final

from benchmarks.origin.asset import packaged
from benchmarks.origin.comparison import compared, medians
from benchmarks.origin.load import Asked, Served, load
from benchmarks.origin.servers import Server, nginx, nginx_version, soundbridge
from cdn.steering.answer import SteeringRules, steering_manifest
from cdn.steering.pathway import Pathway
from cdn.steering.player import Player

_SERVER: Final = (0,)
_CLIENT: Final = (1,)
_GOAL_CPU_MS: Final = 1.0
_PLAYERS: Final = 40
"""More would take long to learn, on each connection, and be the same work."""
_PLAYBACK_ID: Final = "song"
_COUNTRY: Final = ("CF-IPCountry", "DE")


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Ask both, in turns; nginx answers the probes of all pathways."""
    asset = packaged(folder / "store")
    names = [f"cdn-{number}" for number in range(int(asked.pathways))]
    root = folder / "files"
    _write(root, names)
    steering, cached = Asked(_questions(names), [_COUNTRY]), Asked(asset.playlists)
    static = Asked([f"/steering/{_PLAYBACK_ID}"])
    ours: list[Served] = []
    theirs: list[Served] = []
    plain: list[Served] = []
    with (
        nginx(root, folder / "nginx", cores=_SERVER) as peer,
        soundbridge(
            asset.folder, folder / "log", *_pathways(names, peer.url), cores=_SERVER
        ) as server,
    ):

        def served(by: Server, what: Asked) -> Served:
            return load(by, what, seconds=asked.seconds, cores=_CLIENT)

        for _ in range(asked.rounds):
            ours.append(served(server, steering))
            theirs.append(served(peer, static))
            plain.append(served(server, cached))
        memory_mb = {"soundbridge": server.memory_mb(), "nginx": peer.memory_mb()}
    return {
        "figures": {
            "steering": compared(ours, theirs, "nginx"),
            "cached_playlist": {"soundbridge": medians(plain)},
        },
        "cpu_ms": {
            "steering": _cpu_ms(ours),
            "cached_playlist": _cpu_ms(plain),
            "nginx_file": _cpu_ms(theirs),
        },
        "memory_mb": memory_mb,
        "goals": {"cpu_ms": {"steering": _GOAL_CPU_MS}},
        "nginx": nginx_version(),
    }


def _pathways(names: list[str], url: str) -> list[str]:
    return [
        f"--pathway={name}={url};weight={number + 1};regions=DE,FR;cost={number % 2}"
        for number, name in enumerate(names)
    ]


def _questions(names: list[str]) -> list[str]:
    return [
        f"/steering/{_PLAYBACK_ID}?session=s{number}"
        f"&_HLS_pathway={names[number % len(names)]}&_HLS_throughput={100_000 + 1000 * number}"
        for number in range(_PLAYERS)
    ]


def _write(root: Path, names: list[str]) -> None:
    """Write what one player is told, for nginx, and what probes are told."""
    rules = SteeringRules(tuple(Pathway(name, "https://x.example/") for name in names))
    document = steering_manifest(rules, Player("s1"), _PLAYBACK_ID, frozenset(), frozenset())
    (root / "steering").mkdir(parents=True)
    (root / "steering" / _PLAYBACK_ID).write_bytes(document)
    (root / "healthz").write_bytes(b"ok\n")


def _cpu_ms(runs: list[Served]) -> float:
    """Return the processor's time that one answer took."""
    return round(1000 / medians(runs)["requests_per_cpu_s"], 4)
