"""What is made of a source, decided before any of it is decoded."""

from dataclasses import dataclass
from pathlib import Path

from manifests.index import SourceRecord
from manifests.rendition import Ladder
from packager.ladder import choose
from packager.limits import Limits
from packager.source.local import sha256_of
from packager.source.probe import Probe, probe


@dataclass(frozen=True, slots=True)
class Plan:
    """A source that was found fit, its ladder, and notes on what its creator may miss."""

    path: Path
    sha256: str
    probe: Probe
    ladder: Ladder
    notes: tuple[str, ...]
    limits: Limits

    def source_record(self) -> SourceRecord:
        """Return what the index tells of the source."""
        return SourceRecord(
            sha256=self.sha256,
            size_bytes=self.path.stat().st_size,
            container=self.probe.container,
            codec=self.probe.codec,
            sample_rate_hz=self.probe.sample_rate_hz,
            channels=self.probe.channels,
            bits_per_sample=self.probe.bits_per_sample,
            bitrate_bps=self.probe.bitrate_bps,
        )


def make_plan(path: Path, limits: Limits) -> Plan:
    """Return the plan for the file at ``path``; raises PackagingError where it is not fit."""
    probed = probe(path, limits)
    ladder, notes = choose(probed)
    return Plan(path, sha256_of(path), probed, ladder, notes, limits)
