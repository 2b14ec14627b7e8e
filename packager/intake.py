"""A source taken in: a file on this machine, the plan for it, and the record of what it was.

The source is hashed while the child loads its decoders and looks into it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from manifests.index import SourceRecord
from packager.extras import NO_EXTRAS, Extras
from packager.limits import Limits
from packager.sandbox.reader import IsolatedReading, Reader
from packager.source.digest import hashing
from packager.source.facts import Probe
from packager.source.file import check_readable, check_size
from packager.source.local import local_file


@dataclass(frozen=True, slots=True)
class Intake:
    """A source that can be packaged."""

    reading: IsolatedReading
    record: SourceRecord


@contextmanager
def taken_in(
    source: str | Path,
    limits: Limits,
    workers: int | None = None,
    extras: Extras = NO_EXTRAS,
    *,
    reader: Reader | None = None,
) -> Iterator[Intake]:
    """Take in ``source``, a path or the URL of an object in a store, for the caller's block.

    ``reader`` is used up; without one, a child is started. Raises PackagingError.
    """
    with local_file(source, limits) as path:
        check_readable(path)
        check_size(path, limits)
        with reader or Reader() as child, hashing(path) as sha256:
            reading = child.read(path, limits, workers, extras)
            yield Intake(reading, _record(reading.plan.probe, path, sha256()))


def _record(probe: Probe, path: Path, sha256: str) -> SourceRecord:
    return SourceRecord(
        sha256=sha256,
        size_bytes=path.stat().st_size,
        container=probe.container,
        codec=probe.codec,
        sample_rate_hz=probe.sample_rate_hz,
        channels=probe.channels,
        bits_per_sample=probe.bits_per_sample,
        bitrate_bps=probe.bitrate_bps,
    )
