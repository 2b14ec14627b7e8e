"""A source taken in: a file on this machine, the plan for it, and the record of what it was.

Its fingerprint is taken while the child loads its decoders and looks into it.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from manifests.index import SourceRecord
from packager.errors import PackagingError, SourceChanged, SourceNotFound, StoreFailed
from packager.extras import NO_EXTRAS, Extras
from packager.limits import Limits
from packager.sandbox.reader import IsolatedReading, Reader
from packager.source.digest import SourceDigest
from packager.source.file import check_readable, check_size
from packager.source.local import always_wanted, local_file


class _FileState(NamedTuple):
    """What changes when a file is written to, or replaced by another."""

    device: int
    inode: int
    size_bytes: int
    modified_ns: int


@dataclass(frozen=True, slots=True)
class Intake:
    """A source that can be packaged."""

    reading: IsolatedReading
    digest: SourceDigest
    _path: Path
    _before: "_FileState"

    def record(self) -> SourceRecord:
        """Return the record of the source, after all of it was read.

        Raises SourceNotFound, and SourceChanged where it is not the file any more that it was.
        """
        sha256, probe = self.digest.sha256(), self.reading.plan.probe
        self._check_unchanged()
        return SourceRecord(
            sha256=sha256,
            size_bytes=self._before.size_bytes,
            container=probe.container,
            codec=probe.codec,
            sample_rate_hz=probe.sample_rate_hz,
            channels=probe.channels,
            bits_per_sample=probe.bits_per_sample,
            bitrate_bps=probe.bitrate_bps,
        )

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Let SourceChanged take the place of what the block finds wrong with another file."""
        try:
            yield
        except StoreFailed:
            raise
        except PackagingError as error:
            try:
                self._check_unchanged()
            except (SourceChanged, SourceNotFound) as changed:
                raise changed from error
            raise

    def _check_unchanged(self) -> None:
        if _state_of(self._path) != self._before:
            raise SourceChanged(
                "This file was changed while it was being packaged. "
                "Wait until it is written, then package it again."
            )


@contextmanager
def taken_in(
    source: str | Path,
    limits: Limits,
    workers: int | None = None,
    extras: Extras = NO_EXTRAS,
    *,
    reader: Reader | None = None,
    check_wanted: Callable[[], None] = always_wanted,
) -> Iterator[Intake]:
    """Take in ``source``, a path or the URL of an object in a store, for the caller's block.

    ``reader`` is used up; without one, a child is started. Raises PackagingError, and what
    ``check_wanted`` raises while a source is fetched.
    """
    with local_file(source, limits, check_wanted) as path:
        check_readable(path)
        before = _state_of(path)
        check_size(path, limits)
        with reader or Reader() as child, SourceDigest(path) as digest:
            yield Intake(child.read(path, limits, workers, extras), digest, path, before)


def _state_of(path: Path) -> _FileState:
    try:
        state = path.stat()
    except OSError as error:
        raise SourceNotFound("The file is not there any more. Package it again.") from error
    return _FileState(state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns)
