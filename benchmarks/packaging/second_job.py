"""Package one source, then another: the second finds everything warm, as a worker's jobs do.

Run as a program; prints when the second began, in nanoseconds since the epoch.
"""

import sys
import time
from pathlib import Path

from obstore.store import LocalStore, MemoryStore, ObjectStore

from packager.package import package
from packager.sandbox.reader import Reader
from packager.sandbox.warm import WarmReaders


def main(before: str, source: str, folder: str) -> None:
    """Package ``before`` away, and ``source`` into ``folder``."""
    with WarmReaders() as readers:
        _package(Path(before), MemoryStore(), readers.reader())
        store = LocalStore(folder)
        print(time.time_ns(), flush=True)
        _package(Path(source), store, readers.reader())


def _package(source: Path, store: ObjectStore, reader: Reader) -> None:
    package(
        source,
        store,
        asset_id="asset",
        playback_id="playback",
        created_at="2026-01-01T00:00:00Z",
        reader=reader,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
