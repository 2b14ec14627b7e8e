"""Which settings of FFmpeg's AAC encoder sound best at each rung, and what they cost.

Every coder encodes the same seeded excerpts of real music at every rung. Three metrics that work
differently judge the result: Zimtohrli (distance, 0 is equal), ViSQOL (opinion, 4.73 is equal) and
the noise-to-mask ratio (dB). Beside the averages stands in how many excerpts a coder does better
than the rung's own settings, for an average may hide that half of them got worse.

    python -m benchmarks.coder_quality [--excerpts 20] [--seconds 6] [--seed 1] [--out FILE]

A table goes to standard error, JSON to standard output. It needs ``pip install -e '.[bench]'``.
Run it again whenever FFmpeg changes (a new PyAV): coders and defaults change between its releases,
and ``packager.encoding.aac.coder_options`` follows what is found here.
"""

import argparse
import json
import random
import sys
from pathlib import Path

from benchmarks.coder_quality.report import report, table
from benchmarks.coder_quality.trial import CODERS, Trial, trial
from benchmarks.music import Sound, duration_s, stretch, tracks
from packager.ladder import FULL

_LEAD_S = 3.0
"""Rate control needs this long to settle; it is encoded, but not judged."""


def excerpts(count: int, seconds: float, seed: int) -> list[tuple[str, Sound]]:
    """Return stretches of different tracks, while there are enough."""
    rng = random.Random(seed)  # noqa: S311 - no secret, the same each time
    length_s = _LEAD_S + seconds
    long_enough = [track for track in tracks() if duration_s(track) >= length_s]
    order = rng.sample(long_enough, len(long_enough))
    chosen = [order[n % len(order)] for n in range(count)]
    starts_s = [rng.uniform(0, duration_s(track) - length_s) for track in chosen]
    return [
        (f"{track.stem} at {start_s:.1f} s", stretch(track, start_s, length_s))
        for track, start_s in zip(chosen, starts_s, strict=True)
    ]


def trials(sounds: list[tuple[str, Sound]]) -> list[Trial]:
    """Try every coder at every rung on every sound."""
    done: list[Trial] = []
    for name, sound in sounds:
        sys.stderr.write(f"{name}\n")
        done += (
            trial(name, sound, rung, coder, lead_s=_LEAD_S) for rung in FULL for coder in CODERS
        )
    return done


def main() -> None:
    """Try, and print a table and one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--excerpts", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", type=Path)
    arguments = parser.parse_args()
    done = trials(excerpts(arguments.excerpts, arguments.seconds, arguments.seed))
    sys.stderr.write(table(done))
    document = json.dumps(report(done, arguments.seed, arguments.seconds), indent=2)
    if arguments.out is not None:
        arguments.out.write_text(document + "\n", encoding="utf-8")
    print(document)


if __name__ == "__main__":
    main()
