"""A source as a local file: where it lies, or a bounded copy of what a URL holds.

An http address is asked for as it is written, query and all, since that is where a signed link has
its signature. No sentence repeats that part, nor a password: they would end up in logs.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError
from obstore.store import HTTPStore, ObjectStore, from_url

from packager.errors import SourceNotFound, StoreFailed
from packager.limits import Limits
from packager.source.file import check_size
from packager.source.text import clean

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig  # exist for type checkers alone

_URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)", re.DOTALL)
"""Scheme, authority and path (RFC 3986 appendix B)."""

_CLIENT_OPTIONS: "Final[ClientConfig]" = {
    "connect_timeout": "10s",
    "timeout": "1h",  # of a whole transfer: a large source takes its time
    "allow_http": True,  # whoever names an address with http means it
}
_LONGEST_ADDRESS: Final = 120
_LONGEST_NAME: Final = 1_000
_RETRIES: "Final[RetryConfig]" = {"max_retries": 4}


def always_wanted() -> None:
    """Let a transfer go on to its end."""


@contextmanager
def local_file(
    source: str | Path, limits: Limits, check_wanted: Callable[[], None] = always_wanted
) -> Iterator[Path]:
    """Give the caller's block a path of ``source``: a path, or the URL of an object in a store.

    Raises SourceNotFound, SourceTooLarge or StoreFailed; and what ``check_wanted`` raises, which is
    called several times a second while a copy is made, and ends the transfer so.
    """
    url = _URL.match(source) if isinstance(source, str) else None
    if url is None:
        yield Path(source)
    elif url[1].lower() == "file":
        yield Path(unquote(url[3]))
    else:
        with TemporaryDirectory(prefix="soundbridge-") as folder:
            # The copy keeps the ending: raw AAC and MP3 are told apart with its help.
            path = Path(folder, "source").with_suffix(Path(url[3]).suffix)
            _download(url, path, limits, check_wanted)
            yield path


def name_of(source: str | Path) -> str:
    """Return what a source is called, without its folder and ending: a title for lack of one."""
    url = _URL.match(source) if isinstance(source, str) else None
    return clean(Path(unquote(url[3]) if url else source).stem, _LONGEST_NAME)


def _download(
    url: re.Match[str], path: Path, limits: Limits, check_wanted: Callable[[], None]
) -> None:
    from packager.source.transfer import copy_object  # noqa: PLC0415 needs an event loop

    address = clean(f"{url[1]}://{url[2].rpartition('@')[2]}{url[3]}", _LONGEST_ADDRESS)
    store, key = _located(url, address)
    try:
        with path.open("wb") as file:
            copy_object(store, key, file, limit_bytes=limits.size_bytes, check_wanted=check_wanted)
    except FileNotFoundError as error:
        raise SourceNotFound(f"There is nothing at {address}. Check the address.") from error
    except (PermissionDeniedError, UnauthenticatedError) as error:
        raise SourceNotFound(
            f"{address} may not be read. Check your credentials, or ask for a new link."
        ) from error
    except (BaseError, OSError, ValueError) as error:
        raise StoreFailed(f"{address} could not be read: {_reason(error)}") from error
    check_size(path, limits)


def _located(url: re.Match[str], address: str) -> tuple[ObjectStore, str]:
    """Return the store that a URL is in, and its key there."""
    try:
        if url[1].lower() in {"http", "https"}:
            whole = HTTPStore.from_url(
                url.string, client_options=_CLIENT_OPTIONS, retry_config=_RETRIES
            )
            return whole, ""
        folder, _, name = url.string.rpartition("/")
        store = from_url(folder, client_options=_CLIENT_OPTIONS, retry_config=_RETRIES)
    except (BaseError, ValueError) as error:
        raise SourceNotFound(
            f"A source cannot be read from {address}. Name a file, or an address that begins with "
            "https://, s3://, gs:// or az://."
        ) from error
    return store, unquote(name)


def _reason(error: Exception) -> str:
    """Say why a transfer failed, and what to do: the errors of our own disk have a number."""
    if isinstance(error, OSError) and error.strerror is not None:
        return f"its copy on this disk failed ({error.strerror}). Make room, then try again."
    return (
        "its server cannot be reached, or did not send it whole. "
        "Check the address, the network and your credentials, then try again."
    )
