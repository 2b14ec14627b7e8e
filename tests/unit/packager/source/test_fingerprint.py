import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from packager.source.fingerprint import WHOLE_BYTES, Fingerprint, fingerprint, sampled

LARGE_BYTES = 5 * WHOLE_BYTES


@pytest.fixture
def large(tmp_path: Path) -> Path:
    with (tmp_path / "x").open("wb") as file:
        file.truncate(LARGE_BYTES)
    return tmp_path / "x"


@contextmanager
def another_byte(path: Path, at: int) -> Iterator[None]:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"x")
    yield
    with path.open("r+b") as file:
        file.seek(at)
        file.write(b"\0")


@pytest.mark.parametrize("size_bytes", [0, 1, WHOLE_BYTES])
def test_up_to_a_size_it_is_the_sha256(size_bytes: int, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(bytes(size_bytes))
    sha256 = hashlib.sha256(bytes(size_bytes)).hexdigest()
    assert fingerprint(tmp_path / "x", size_bytes) == Fingerprint(sha256, is_whole=True)


def test_every_part_that_is_looked_at_counts(large: Path) -> None:
    before = fingerprint(large, LARGE_BYTES)
    assert not before.is_whole
    parts = list(sampled(LARGE_BYTES))
    for start, length in (parts[0], parts[1], parts[33], parts[-2], parts[-1]):
        for at in (start, start + length - 1):
            with another_byte(large, at):
                assert fingerprint(large, LARGE_BYTES) != before
    assert fingerprint(large, LARGE_BYTES) == before


def test_what_lies_between_does_not(large: Path) -> None:
    before = fingerprint(large, LARGE_BYTES)
    start, length = list(sampled(LARGE_BYTES))[20]
    for at in (start - 1, start + length):
        with another_byte(large, at):
            assert fingerprint(large, LARGE_BYTES) == before


def test_the_size_counts(large: Path) -> None:
    before = fingerprint(large, LARGE_BYTES)
    with large.open("r+b") as file:
        file.truncate(LARGE_BYTES + 1)
    assert fingerprint(large, LARGE_BYTES + 1) != before


@pytest.mark.parametrize("size_bytes", [WHOLE_BYTES + 1, 635_040_044, 2**40 + 7])
def test_parts_are_spread_over_all_of_it_and_few(size_bytes: int) -> None:
    parts = list(sampled(size_bytes))
    ends = [start + length for start, length in parts]
    gaps = [start - end for end, (start, _) in zip(ends, parts[1:], strict=False)]
    assert (parts[0][0], ends[-1]) == (0, size_bytes)
    assert gaps[0] == gaps[-1] == 0
    assert min(gaps[1:-1]) >= 0
    assert max(gaps[1:-1]) - min(gaps[1:-1]) <= 1
    assert sum(length for _, length in parts) == 6 * 2**20
