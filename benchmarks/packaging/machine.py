"""On what a figure was measured: machine and versions."""

import os
import platform
import subprocess
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks.packaging.commands import FFMPEG

_LOAD_BEFORE_1MIN = round(os.getloadavg()[0], 2)


def surroundings() -> dict[str, Any]:
    """Return what a reader has to know to compare a figure with another."""
    return {
        "versions": {
            "soundbridge": version("soundbridge"),
            "pyav": version("av"),
            "ffmpeg": _peer_version(),
            "python": platform.python_version(),
        },
        "processor": _processor(),
        "cores": len(os.sched_getaffinity(0)),
        "load_before_1min": _LOAD_BEFORE_1MIN,
    }


def _processor() -> str:
    """Return the processor's name, as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.machine())


def _peer_version() -> str:
    """Return the version that ffmpeg says it has."""
    told = subprocess.run([FFMPEG, "-version"], capture_output=True, text=True, check=True)
    return told.stdout.split()[2]
