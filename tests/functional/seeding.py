"""A packaged asset to be damaged, and the ways in which it is."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from manifests.validate.finding import Severity
from origin.inspection.report import Report
from origin.inspection.target import inspect_target

SAMPLES = 600_007
LOW = "128k/playlist.m3u8"
INIT = "128k/init.mp4"
SECOND = "128k/00001.m4s"
ENTRY = "multivariant.m3u8"

Seed = Callable[[Path], None]
Defect = tuple[str, Seed, set[str]]
"""Its name, what makes it, and the rules that it breaks."""


def inspect(target: Path | str) -> Report:
    return asyncio.run(inspect_target(str(target)))


def rules(report: Report) -> set[str]:
    return {finding.rule for finding in report.findings}


def put(name: str, old: bytes, new: bytes) -> Seed:
    """Return a defect: every ``old`` in a file becomes ``new``."""

    def seed(folder: Path) -> None:
        data = (folder / name).read_bytes()
        assert old in data
        (folder / name).write_bytes(data.replace(old, new))

    return seed


def box(name: str, kind: bytes, offset: int, value: bytes) -> Seed:
    """Return a defect: bytes at an offset into a box's payload become ``value``."""

    def seed(folder: Path) -> None:
        data = bytearray((folder / name).read_bytes())
        at = data.index(kind) + len(kind) + offset
        assert data[at : at + len(value)] != value
        data[at : at + len(value)] = value
        (folder / name).write_bytes(data)

    return seed


def everywhere(pattern: str, old: bytes, new: bytes) -> Seed:
    """Return a defect: as ``put``, in every file that matches the pattern."""

    def seed(folder: Path) -> None:
        for path in folder.glob(pattern):
            put(str(path.relative_to(folder)), old, new)(folder)

    return seed


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def each(defects: list[Defect]) -> pytest.MarkDecorator:
    """Run a test with each defect."""
    return pytest.mark.parametrize(
        ("seed", "expected"),
        [(seed, expected) for _, seed, expected in defects],
        ids=[name for name, _, _ in defects],
    )


def assert_is_found(folder: Path, seed: Seed, expected: set[str]) -> None:
    seed(folder)
    report = inspect(folder / ENTRY)
    assert rules(report) == expected
    serious = any(finding.severity is not Severity.INFO for finding in report.findings)
    assert report.is_ok(errors_only=False) is not serious
