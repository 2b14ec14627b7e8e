"""Reading the keys of playback tokens from files, and writing new ones."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from cdn.errors import UnusableKey
from cdn.signing.keys import PublicKey, SigningKey
from cdn.signing.reading import read_keys, read_signing_key
from cdn.signing.secret import SecretKey
from cdn.signing.token import KeyRing

_SUFFIXES: Final = frozenset({".json", ".jwk", ".jwks", ".pem", ".pub"})
_FILE_BYTES_MAX: Final = 1 << 20
_FILES_MAX: Final = 256
_PRIVATE: Final = 0o600


def read_key_ring(path: Path) -> KeyRing:
    """Return the keys of a file, or of all key files of a folder.

    Raises UnusableKey, which names the file, where one cannot be read or there is none.
    """
    files = _key_files(path) if path.is_dir() else [path]
    if not files:
        kinds = ", ".join(sorted(_SUFFIXES))
        raise UnusableKey(f"{path} has no keys in it: files that end in {kinds}")
    return KeyRing(key for file in files for key in _read_keys(file))


def key_ring_of(keys: Path | None, signing_key: Path | None) -> KeyRing:
    """Return the keys of a file or folder, and what verifies by a signing key; UnusableKey."""
    ring = KeyRing(()) if keys is None else read_key_ring(keys)
    if signing_key is None:
        return ring
    key = read_signing_key_of(signing_key)
    return ring.with_key(key if isinstance(key, SecretKey) else key.public)


def read_signing_key_of(path: Path) -> SigningKey | SecretKey:
    """Return the key of a file that signs; UnusableKey, which names it, where it cannot be read."""
    try:
        return read_signing_key(read_key_file(path))
    except UnusableKey as error:
        raise UnusableKey(f"{path} cannot be used: {error}") from error


def write_signing_key(key: SigningKey | SecretKey, path: Path) -> None:
    """Write a key for its owner's eyes only; OSError where that cannot be, or it exists."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        file.write(key.to_json() if isinstance(key, SecretKey) else key.to_pem())


def _key_files(folder: Path) -> list[Path]:
    files = sorted(each for each in folder.iterdir() if _is_key_file(each))
    if len(files) > _FILES_MAX:
        raise UnusableKey(f"{folder} has more than {_FILES_MAX} files in it")
    return files


def _is_key_file(path: Path) -> bool:
    return path.suffix in _SUFFIXES and not path.name.startswith(".") and path.is_file()


def _read_keys(path: Path) -> Iterator[PublicKey | SecretKey]:
    try:
        yield from read_keys(read_key_file(path))
    except UnusableKey as error:
        raise UnusableKey(f"{path} cannot be used: {error}") from error


def read_key_file(path: Path) -> bytes:
    """Return what a file of keys has in it; UnusableKey where that is too much, or not there."""
    try:
        with path.open("rb") as file:
            data = file.read(_FILE_BYTES_MAX + 1)
    except OSError as error:
        raise UnusableKey(f"it cannot be read: {error.strerror}") from error
    if len(data) > _FILE_BYTES_MAX:
        raise UnusableKey("it is larger than a file of keys may be (1 MiB)")
    return data
