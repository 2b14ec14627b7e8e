import hashlib
from pathlib import Path

import pytest

from packager.errors import SourceNotFound
from packager.source.digest import SourceDigest
from packager.source.fingerprint import WHOLE_BYTES


def test_a_small_file_is_known_by_its_sha256(tmp_path: Path) -> None:
    data = bytes(range(256)) * 20_000
    (tmp_path / "x").write_bytes(data)
    with SourceDigest(tmp_path / "x") as digest:
        assert digest.fingerprint() == digest.sha256() == hashlib.sha256(data).hexdigest()


def test_a_large_file_is_hashed_when_that_is_begun(tmp_path: Path) -> None:
    size_bytes = WHOLE_BYTES + 2**20 + 1
    with (tmp_path / "x").open("wb") as file:
        file.truncate(size_bytes)
    with SourceDigest(tmp_path / "x") as digest:
        fingerprint = digest.fingerprint()
        assert digest.known_sha256() is None
        digest.begin()
        assert digest.sha256() == hashlib.sha256(bytes(size_bytes)).hexdigest() != fingerprint
        assert digest.known_sha256() == digest.sha256()


def test_who_needs_no_digest_any_more_does_not_wait_for_it(tmp_path: Path) -> None:
    with (tmp_path / "x").open("wb") as file:
        file.truncate(2**40)
    with SourceDigest(tmp_path / "x") as digest:
        digest.begin()


def test_a_file_that_went_away(tmp_path: Path) -> None:
    with SourceDigest(tmp_path / "x") as digest:
        for asked in (digest.fingerprint, digest.sha256):
            with pytest.raises(SourceNotFound, match="cannot be read any more"):
                asked()
