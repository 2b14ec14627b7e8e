"""A source taken in: a file on this machine, the plan for it, and the record of what it was.

Its fingerprint is taken while the child loads its decoders and looks into it.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from manifests.index import SourceRecord
from packager.extras import NO_EXTRAS, Extras
from packager.limits import Limits
from packager.sandbox.reader import IsolatedReading, Reader
from packager.source.digest import SourceDigest
from packager.source.local import LocalFile, always_wanted, local_file


@dataclass(frozen=True, slots=True)
class Intake:
    """A source that can be packaged."""

    reading: IsolatedReading
    digest: SourceDigest
    _file: LocalFile

    @property
    def size_bytes(self) -> int:
        """How large the source is."""
        return self._file.size_bytes

    def hurry(self) -> None:
        """Fetch and hash the rest of it, which until now would have held up what plays first."""
        self._file.hurry()
        self.digest.begin()

    def record(self) -> SourceRecord:
        """Return the record of the source, after all of it was read.

        Raises what ``LocalFile.check`` does where it is not the file any more that it was.
        """
        sha256, probe = self.digest.sha256(), self.reading.plan.probe
        self._file.check()
        return SourceRecord(
            sha256=sha256,
            size_bytes=self.size_bytes,
            container=probe.container,
            codec=probe.codec,
            sample_rate_hz=probe.sample_rate_hz,
            channels=probe.channels,
            bits_per_sample=probe.bits_per_sample,
            bitrate_bps=probe.bitrate_bps,
        )

    def blamed(self) -> AbstractContextManager[None]:
        """Let what is wrong with the file take the place of what the block finds wrong in it."""
        return self._file.blamed()


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
    # The file is closed before whoever may be waiting for the rest of it.
    with (
        local_file(source, limits, check_wanted) as file,
        reader or Reader() as child,
        SourceDigest(file.path, file.size_bytes, file.hurry) as digest,
        closing(file),
    ):
        file.on_loss(child.kill)
        with file.blamed():
            reading = child.read(file.path, limits, workers, extras, is_arriving=file.is_arriving)
        yield Intake(reading, digest, file)
