"""Package one source, then another: the second finds everything warm.

Run as a program; prints when the second began, in nanoseconds since the epoch.
"""

import sys
import time
from pathlib import Path

from obstore.store import LocalStore, MemoryStore, ObjectStore

from packager.package import package


def main() -> None:
    """Package ``argv[1]`` away, and ``argv[2]`` into the folder ``argv[3]``."""
    before, source, folder = map(Path, sys.argv[1:])
    _package(before, MemoryStore())
    store = LocalStore(folder)
    print(time.time_ns(), flush=True)
    _package(source, store)


def _package(source: Path, store: ObjectStore) -> None:
    package(
        source, store, asset_id="asset", playback_id="playback", created_at="2026-01-01T00:00:00Z"
    )


if __name__ == "__main__":
    main()
