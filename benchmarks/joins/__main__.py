"""Whether chunks that were encoded alone can be told from one continuous encode where they meet.

Seeded pieces of real music and of hard signals are encoded both ways at every rung by the
packager's own code. Four things are asked of each join: are its windows legal, are there steps, is
there more error around it, and does Zimtohrli hear a difference (``benchmarks.joins.verdict`` says
how much is allowed).

    python -m benchmarks.joins [--joins 240] [--seed 1] [--rung 128k ...]

JSON goes to standard output, and the exit status is 1 if anything fails. It needs
``pip install -e '.[bench]'``. Run it again whenever the encoder, its settings or the pre-roll
change.
"""

import argparse
import json
import platform
import sys
from importlib.metadata import version
from itertools import takewhile

from benchmarks.joins.differences import differences, excerpt
from benchmarks.joins.pieces import Piece, pieces
from benchmarks.joins.runs import LADDER, run
from benchmarks.joins.verdict import Judged, figures
from benchmarks.scores.zimtohrli import distance
from manifests.rendition import Rung
from packager.ladder import FULL


def judge(piece: Piece, rung: Rung) -> list[Judged]:
    """Return what is to be said of a piece's joins at a rung."""
    runs = run(piece.sound(), rung)
    return [
        Judged(
            piece.name,
            difference,
            *(
                distance(
                    excerpt(runs.source, difference.join),
                    excerpt(heard, difference.join),
                    LADDER.sample_rate_hz,
                )
                for heard in (runs.chunked, runs.continuous)
            ),
        )
        for difference in differences(runs)
    ]


def campaign(joins: int, seed: int, rungs: list[Rung]) -> dict[str, list[Judged]]:
    """Judge pieces until there are as many joins as asked for, at every rung."""
    found: dict[str, list[Judged]] = {rung.name: [] for rung in rungs}
    wanted = takewhile(lambda _: len(found[rungs[0].name]) < joins, pieces(seed))
    for piece in wanted:
        for rung in rungs:
            found[rung.name] += judge(piece, rung)
        sys.stderr.write(f"{len(found[rungs[0].name])} joins, {piece.name}\n")
    return found


def main() -> None:
    """Judge, and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--joins", type=int, default=240)
    parser.add_argument("--seed", type=int, default=1)
    names = [rung.name for rung in FULL]
    parser.add_argument("--rung", choices=names, action="append", default=[])
    arguments = parser.parse_args()
    rungs = [rung for rung in FULL if rung.name in (arguments.rung or names)]
    found = campaign(arguments.joins, arguments.seed, rungs)
    results = {name: figures(name, judged) for name, judged in found.items()}
    report = {
        "question": "joins of chunks against one continuous encode",
        "seed": arguments.seed,
        "rungs": results,
        "versions": {name: version(name) for name in ("av", "numpy", "zimtohrli")}
        | {"python": platform.python_version()},
    }
    print(json.dumps(report, indent=2))
    if not all(result["passed"] for result in results.values()):
        raise SystemExit(1)


if __name__ == "__main__":
    main()
