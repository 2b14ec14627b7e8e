import hashlib
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from packager.errors import SourceNotFound
from packager.source.digest import Beginning, SourceDigest
from packager.source.fingerprint import WHOLE_BYTES, Fingerprint


def test_a_small_file_is_known_by_its_sha256(tmp_path: Path) -> None:
    data = bytes(range(256)) * 20_000
    (tmp_path / "x").write_bytes(data)
    with SourceDigest(tmp_path / "x", 1) as digest:
        sha256 = hashlib.sha256(data).hexdigest()
        assert digest.fingerprint() == Fingerprint(sha256, is_whole=True)
        assert digest.sha256() == sha256


def test_a_large_file_is_hashed_when_that_is_begun(tmp_path: Path) -> None:
    size_bytes = WHOLE_BYTES + 2**20 + 1
    with (tmp_path / "x").open("wb") as file:
        file.truncate(size_bytes)
    with SourceDigest(tmp_path / "x", size_bytes) as digest:
        fingerprint = digest.fingerprint()
        digest.begin()
        sha256 = hashlib.sha256(bytes(size_bytes)).hexdigest()
        assert digest.sha256() == sha256 != fingerprint.sha256
        assert not fingerprint.is_whole
        assert digest.beginning(1) == Beginning(size_bytes, sha256)


def test_a_file_is_known_by_how_it_begins(tmp_path: Path) -> None:
    data = bytes(range(256)) * 20_000
    (tmp_path / "x").write_bytes(data)
    with SourceDigest(tmp_path / "x", len(data)) as digest:
        for least in (0, 1, 2**20 + 1, len(data), len(data) + 1):
            found = digest.beginning(least)
            assert min(least, len(data)) <= found.size_bytes <= len(data)
            assert found.sha256 == hashlib.sha256(data[: found.size_bytes]).hexdigest()
        assert digest.sha256() == hashlib.sha256(data).hexdigest()
        for size in (1, 2**20 + 1, len(data)):
            beginning = Beginning(size, hashlib.sha256(data[:size]).hexdigest())
            assert digest.begins_with(beginning)
            assert not digest.begins_with(replace(beginning, size_bytes=size - 1))
        longer = hashlib.sha256(data + b"x").hexdigest()
        assert not digest.begins_with(Beginning(len(data) + 1, longer))


def test_who_needs_no_digest_any_more_does_not_wait_for_it(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        file.truncate(2**40)
    with SourceDigest(tmp_path / "x", 2**40) as digest:
        digest.begin()


def test_a_file_that_went_away(tmp_path: Path) -> None:
    with SourceDigest(tmp_path / "x", 1) as digest:
        for asked in (digest.fingerprint, digest.sha256):
            with pytest.raises(SourceNotFound, match="cannot be read any more"):
                asked()


def test_a_file_that_is_not_so_large_any_more(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"")
    with SourceDigest(tmp_path / "x", 1) as digest:
        for ask in (
            digest.fingerprint,
            digest.sha256,
            partial(digest.beginning, 1),
            partial(digest.begins_with, Beginning(1, "")),
        ):
            with pytest.raises(SourceNotFound, match="cannot be read any more"):
                ask()
