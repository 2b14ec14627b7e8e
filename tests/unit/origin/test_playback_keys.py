"""Keys of playback tokens in files and folders."""

import json
from pathlib import Path

import pytest

from cdn.errors import UnusableKey
from cdn.signing.keys import Algorithm, SigningKey, new_signing_key
from origin.playback_keys import read_key_ring, read_signing_key_of, write_signing_key

PAIRS = (Algorithm.ES256, Algorithm.EDDSA)


def write_jwk(path: Path, key: SigningKey) -> None:
    path.write_text(json.dumps(key.public.to_jwk()))


def test_all_keys_of_a_folder_and_nothing_else_there(tmp_path: Path) -> None:
    keys = [new_signing_key(algorithm) for algorithm in PAIRS]
    for number, key in enumerate(keys):
        write_jwk(tmp_path / f"{number}.json", key)
    write_jwk(tmp_path / ".hidden.json", new_signing_key(Algorithm.ES256))
    (tmp_path / "README.md").write_text("keys")
    (tmp_path / "old.json").mkdir()
    assert set(read_key_ring(tmp_path).kids) == {key.public.kid for key in keys}


def test_one_file_whatever_its_name(tmp_path: Path) -> None:
    key = new_signing_key(Algorithm.EDDSA)
    write_jwk(tmp_path / "key", key)
    assert read_key_ring(tmp_path / "key").kids == (key.kid,)


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    bad = tmp_path / "bad.json"
    bad.write_text("[]")
    with pytest.raises(UnusableKey, match=r"bad\.json cannot be used"):
        read_key_ring(tmp_path)
    with bad.open("wb") as file:
        file.truncate((1 << 20) + 1)
    with pytest.raises(UnusableKey, match="larger than a file of keys may be"):
        read_key_ring(tmp_path)
    with pytest.raises(UnusableKey, match="missing cannot be used: it cannot be read"):
        read_key_ring(tmp_path / "missing")


def test_a_signing_key_is_written_once_and_for_its_owner(tmp_path: Path) -> None:
    path = tmp_path / "signing.pem"
    key = new_signing_key(Algorithm.ES256)
    write_signing_key(key, path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(FileExistsError):
        write_signing_key(new_signing_key(Algorithm.ES256), path)
    assert read_signing_key_of(path).kid == key.kid
