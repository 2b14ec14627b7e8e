"""Look at a picture in a process of its own, as at a source: it is as hostile, and alone.

::

    parent: read_picture(path) ── look(path, allowance) ──> child: make_artwork(its bytes)
                               <── artwork ── or <── failure ──

The child loads no decoder of sound, is confined like all others, and ends with its picture.
"""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from packager.errors import ReaderLost, SourceCrashed
from packager.sandbox.allowance import Allowance, Watch
from packager.sandbox.claims import check_artwork
from packager.sandbox.conversation import CRASHED, Conversation
from packager.sandbox.process import NOT_STARTED, Child, start_child
from packager.sandbox.reader import expect
from packager.sandbox.values import Misfit
from packager.source.cover import ArtworkSet

LOOK: Final = "look"
ARTWORK: Final = "artwork"
READS_ONE_PICTURE: Final = ("-m", "packager.sandbox.picture")
"""The arguments with which Python becomes a child that does this."""

ALLOWED: Final = Allowance(
    memory_bytes=1024 * 2**20, cpu_s=30, quiet_cpu_s=30.0, idle_s=20.0, waiting_s=60.0
)
"""The largest picture that is decoded takes 0.7 GB (40 million pixels of WebP) and some seconds."""


@dataclass(frozen=True, slots=True)
class PictureRequest:
    """Which picture to look at, and what that may take."""

    path: str
    allowance: Allowance


class PictureReader:
    """Looks at one picture; ``read`` is for one thread, and any other may ``kill`` what it does."""

    def __init__(self, program: tuple[str, ...] = READS_ONE_PICTURE) -> None:
        self._program = program
        self._child: Child | None = None
        self._is_over = False
        self._starting = threading.Lock()

    def read(self, path: Path) -> ArtworkSet:
        """Return what becomes of the picture at ``path``, or a note that says why nothing does.

        Raises SourceCrashed, SourceStalled, SourceTooDemanding or ReaderLost.
        """
        child = self._started()
        try:
            talk = Conversation(child, Watch(ALLOWED), lambda: False)
            talk.send(LOOK, PictureRequest(str(path.absolute()), ALLOWED))
            artwork = expect(ARTWORK, ArtworkSet, talk.receive())
            check_artwork(artwork)
        except Misfit as error:
            raise SourceCrashed(CRASHED) from error
        finally:
            child.close()
        return artwork

    def kill(self) -> None:
        """End it, from any thread; who reads with it gets ReaderLost."""
        with self._starting:
            self._is_over = True
            if self._child is not None:
                self._child.kill()

    def _started(self) -> Child:
        with self._starting:
            if self._is_over:
                raise ReaderLost(NOT_STARTED.format(reason="it is not wanted any more"))
            self._child = start_child(self._program)
            return self._child
