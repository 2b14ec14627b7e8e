"""The program ``bare_client``, from outside: what a client alone gets in a second."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from benchmarks.origin.load import Served
from benchmarks.packaging.runs import pinned


def bare(
    client: str,
    url: str,
    names: Sequence[str],
    *,
    at_once: int,
    seconds: int,
    cores: Sequence[int],
    environment: Mapping[str, str] | None = None,
) -> Served:
    """Get objects by their names for so long."""
    size = ["--at-once", str(at_once), "--seconds", str(seconds)]
    program = [sys.executable, "-m", "benchmarks.origin.bare_client", client, url, *size]
    done = subprocess.run(
        [*pinned(cores), *program],
        input="\n".join(names),
        env=os.environ | (environment or {}),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    return Served(**json.loads(done.stdout))
