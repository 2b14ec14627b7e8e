"""Package with the settings that FFmpeg's coder has by default in every rung.

Run as a program, for the source ``argv[1]`` and the folder ``argv[2]``. No user gets to choose
this: it is here to compare packagers rather than coders. Where it is started again as the child
that reads the source, without arguments, it is there that the settings change.
"""

import sys
from functools import partial
from pathlib import Path

from obstore.store import LocalStore

from packager.encoding import aac
from packager.package import package
from packager.reading import Reading
from packager.sandbox.child import serve
from packager.sandbox.process import start_child
from packager.sandbox.reader import Reader


def read() -> None:
    """Be the child."""
    aac.coder_options = lambda rung: {}  # noqa: ARG005 - it is called by name, too
    serve(Reading)


def main(source: str, folder: str) -> None:
    """Package."""
    Path(folder).mkdir()
    package(
        source,
        LocalStore(folder),
        asset_id="asset",
        playback_id="playback",
        created_at="2026-01-01T00:00:00Z",
        reader=Reader(partial(start_child, ("-m", "benchmarks.packaging.with_default_coder"))),
    )


if __name__ == "__main__":
    main(*sys.argv[1:]) if sys.argv[1:] else read()
