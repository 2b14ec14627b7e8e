"""A source as a local file: where it lies, or a bounded copy of what a store holds."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote, urlsplit

import obstore
from obstore.exceptions import BaseError
from obstore.store import from_url

from packager.errors import SourceNotFound, StoreFailed
from packager.limits import Limits
from packager.probe import check_size
from packager.tags import MAX_LENGTH
from packager.text import clean

if TYPE_CHECKING:
    from obstore.store import ClientConfig  # exists for type checkers alone

_CLIENT_OPTIONS: "Final[ClientConfig]" = {
    "connect_timeout": "10s",
    "timeout": "1h",  # of a whole transfer: a large source takes its time
    "allow_http": True,  # whoever names an address with http means it
}


@contextmanager
def local_file(source: str | Path, limits: Limits) -> Iterator[Path]:
    """Give the caller's block a path of ``source``: a path, or the URL of an object in a store.

    Raises SourceNotFound, SourceTooLarge or StoreFailed.
    """
    if isinstance(source, Path) or "://" not in source:
        yield Path(source)
    elif source.startswith("file://"):
        yield Path(unquote(urlsplit(source).path))
    else:
        with TemporaryDirectory(prefix="soundbridge-") as folder:
            # The copy keeps the ending: raw AAC and MP3 are told apart with its help.
            path = Path(folder, "source").with_suffix(Path(urlsplit(source).path).suffix)
            _download(source, path, limits)
            yield path


def name_of(source: str | Path) -> str:
    """Return what a source is called, without its folder and ending: a title for lack of one."""
    path = Path(source)
    if isinstance(source, str) and "://" in source:
        path = Path(unquote(urlsplit(source).path))
    return clean(path.stem, MAX_LENGTH)


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content in hexadecimal; raises SourceNotFound."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise SourceNotFound("The file cannot be read any more. Check its disk.") from error


def _download(url: str, path: Path, limits: Limits) -> None:
    folder, _, name = url.rpartition("/")
    try:
        store = from_url(folder, client_options=_CLIENT_OPTIONS)
        received = 0
        with path.open("wb") as file:
            for part in obstore.get(store, unquote(name)):
                received += file.write(part)
                if received > limits.size_bytes:
                    break
    except FileNotFoundError as error:
        raise SourceNotFound(f"There is nothing at {url}. Check the address.") from error
    except (BaseError, OSError, ValueError) as error:
        reason = str(error).partition("\n")[0]
        raise StoreFailed(f"{url} could not be read: {reason}. Try again later.") from error
    check_size(path, limits)
