"""As many connections as the process may have descriptors, less some."""

import subprocess
import sys

import pytest

PROGRAM = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, (int(sys.argv[1]), int(sys.argv[2])))
from origin.defence.descriptors import connections_max
print(connections_max(), resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.parametrize(
    ("soft", "hard", "connections", "asked_for"),
    [(600, 4000, 3744, 4000), (4000, 4000, 3744, 4000), (300, 300, 256, 300)],
)
def test_what_may_be_had_is_asked_for(
    soft: int, hard: int, connections: int, asked_for: int
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(soft), str(hard)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == [str(connections), str(asked_for)]
