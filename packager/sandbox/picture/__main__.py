"""The child's program."""

from collections.abc import Generator
from pathlib import Path
from typing import BinaryIO

from packager.sandbox import messages
from packager.sandbox.child import ParentGone, converse, failure_of, next_message
from packager.sandbox.confinement import confine
from packager.sandbox.picture import ARTWORK, PictureRequest
from packager.source.artwork import make_artwork


def _answers(requests: BinaryIO) -> Generator[tuple[str, object]]:
    asked = next_message(requests).read_as(PictureRequest)
    try:
        picture = Path(asked.path)
        confine(asked.allowance, picture)
        yield ARTWORK, make_artwork(picture.read_bytes())
    except ParentGone:
        raise
    except Exception as error:  # noqa: BLE001 whatever it is, the parent is told
        yield messages.FAILURE, failure_of(error)


converse(_answers)
