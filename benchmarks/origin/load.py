"""Load from wrk: requests made of a list, on connections that stay open."""

import json
import subprocess
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import Final

from benchmarks.origin.servers import Server
from benchmarks.packaging.runs import pinned

CONNECTIONS: Final = 32
_SCRIPT: Final = Template("""
local paths = $paths
local headers = $headers
local at = 0
request = function()
    at = at + 1
    local path = paths[at % #paths + 1]
    if $is_numbered then path = path .. "?CMCD=bl%3D" .. at .. "%2Csid%3D%22" .. at .. "%22" end
    return wrk.format("GET", path, headers)
end
done = function(summary, latency)
    local e = summary.errors
    io.stderr:write(string.format(
        '{"requests": %d, "bytes": %d, "us": %d, "errors": %d, "p50_us": %d, "p99_us": %d}',
        summary.requests, summary.bytes, summary.duration,
        e.connect + e.read + e.write + e.status + e.timeout,
        latency:percentile(50), latency:percentile(99)))
end
""")


@dataclass(frozen=True)
class Asked:
    """What is asked for, again and again: paths, one after the other, with the same headers.

    ``is_numbered`` puts a CMCD query behind each path that differs every time.
    """

    paths: Sequence[str]
    headers: Sequence[tuple[str, str]] = ()
    is_numbered: bool = False


@dataclass(frozen=True)
class Served:
    """What a server did for it; per second of its processor too, as the load may be the limit."""

    requests_per_s: float
    requests_per_cpu_s: float
    mb_per_s: float
    p50_ms: float
    p99_ms: float


def load(
    server: Server, asked: Asked, folder: Path, *, seconds: int, cores: Sequence[int]
) -> Served:
    """Ask a server for so long; SystemExit where anything but success came back."""
    script = folder / "asked.lua"
    script.write_text(
        _SCRIPT.substitute(
            paths=_lua(map(_quoted, asked.paths)),
            headers=_lua(f"[{_quoted(name)}] = {_quoted(value)}" for name, value in asked.headers),
            is_numbered=str(asked.is_numbered).lower(),
        )
    )
    size = ["-t", str(len(cores)), "-c", str(CONNECTIONS), "-d", f"{seconds}s"]
    command = [*pinned(cores), "wrk", "--latency", *size, "-s", str(script), server.url]
    before_s = server.cpu_s()
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    cpu_s = server.cpu_s() - before_s
    said = json.loads(done.stderr)
    if said["errors"]:
        raise SystemExit(f"{said['errors']} requests to {server.url} failed:\n{done.stdout}")
    per_s = 1e6 / said["us"]
    return Served(
        requests_per_s=round(said["requests"] * per_s, 1),
        requests_per_cpu_s=round(said["requests"] / cpu_s, 1),
        mb_per_s=round(said["bytes"] * per_s / 1e6, 1),
        p50_ms=said["p50_us"] / 1000,
        p99_ms=said["p99_us"] / 1000,
    )


def _lua(items: Iterable[str]) -> str:
    return "{" + ", ".join(items) + "}"


def _quoted(text: str) -> str:
    return json.dumps(text)
