"""A picture may do to the process that looks at it what it likes: that is one typed error."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from packager.errors import ReaderLost, SourceCrashed
from packager.sandbox.picture import PictureReader
from packager.source.cover import SIZES_PX
from tests.functional.processes import children
from tests.functional.supervising import until
from tests.sources.pictures import picture, png_header, saved

WAITS = ("-c", "import time; time.sleep(1000)")
BREAKS = ("-c", "import os; os.abort()")
LIES = (
    "-c",
    """
import sys
from packager.sandbox.frames import frame
from packager.source.cover import ArtworkSet, Cover
covers = tuple(Cover(px, px, px, b"<svg/>") for px in (96, 320, 1200))
sys.stdout.buffer.write(frame("artwork", ArtworkSet(covers, "LEHV6nWB2yk8pyo0adR*")))
""",
)
BABBLES = ("-c", "import sys; sys.stdout.buffer.write(b'\\xff' * 100)")


@pytest.fixture(autouse=True)
def _nobody_is_left() -> Iterator[None]:
    before = children()
    yield
    until(lambda: children() <= before)


def test_it_becomes_the_sizes_that_covers_have(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(saved(picture(), "WEBP"))
    artwork = PictureReader().read(path)
    assert [cover.box_px for cover in artwork.covers] == list(SIZES_PX)
    assert artwork.placeholder is not None


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (png_header(60_000, 60_000), "40 million pixels"),
        (png_header(6_000, 6_000), "damaged"),
        (saved(picture())[:3_000], "damaged"),
        (b"", "damaged"),
    ],
)
def test_a_bomb_or_a_fragment_is_a_note(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "picture"
    path.write_bytes(content)
    artwork = PictureReader().read(path)
    assert artwork.covers == ()
    assert why in artwork.notes[0]


@pytest.mark.parametrize("program", [BREAKS, LIES, BABBLES])
def test_a_child_that_breaks_or_lies_is_an_error(tmp_path: Path, program: tuple[str, ...]) -> None:
    path = tmp_path / "picture"
    path.write_bytes(saved(picture()))
    with pytest.raises(SourceCrashed):
        PictureReader(program).read(path)


def test_another_thread_ends_it(tmp_path: Path) -> None:
    path = tmp_path / "picture"
    path.write_bytes(saved(picture()))
    reader, errors = PictureReader(WAITS), []

    def read() -> None:
        try:
            reader.read(path)
        except ReaderLost as error:
            errors.append(error)

    thread = threading.Thread(target=read)
    thread.start()
    until(lambda: bool(children()))
    reader.kill()
    thread.join(20)
    assert len(errors) == 1
    with pytest.raises(ReaderLost):
        reader.read(path)  # nor can it begin afterwards
