"""Where a source's URL leads: a store and a key in it, and what it means where that fails.

An http address is asked for as it is written, query and all, since that is where a signed link has
its signature. No sentence repeats that part, nor a password: they would end up in logs.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self
from urllib.parse import unquote

from obstore.exceptions import (
    BaseError,
    PermissionDeniedError,
    PreconditionError,
    UnauthenticatedError,
)
from obstore.store import HTTPStore, ObjectStore, from_url

from packager.errors import PackagingError, SourceChanged, SourceNotFound, StoreFailed
from packager.patience import RETRIES
from packager.source.text import clean

if TYPE_CHECKING:
    from obstore.store import ClientConfig, RetryConfig  # exist for type checkers alone

URL: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*)://([^/?#]*)([^?#]*)", re.DOTALL)
"""Scheme, authority and path (RFC 3986 appendix B)."""
FETCH_ERRORS: Final = (BaseError, OSError, ValueError)
"""What obstore raises, and our own disk."""

_HTTP: Final = frozenset({"http", "https"})
_CLIENT_OPTIONS: "Final[ClientConfig]" = {
    "connect_timeout": "10s",
    "timeout": "1h",  # of one answer, which may be all of a large source
    "allow_http": True,  # whoever names an address with http means it
}
_FEW_RETRIES: "Final[RetryConfig]" = {"max_retries": 4}
"""Who mistyped an address is told within a second."""
_LONGEST_ADDRESS: Final = 120


@dataclass(frozen=True, slots=True)
class RemoteSource:
    """An object that is a source; ``address`` is what may be said of its URL.

    ``store`` is asked first, and ``patient_store``, the same one, for the rest of an object that is
    known to be there. ``has_parts`` tells whether its size and parts can be asked for: a signed
    link may allow a GET of the whole alone.
    """

    store: ObjectStore
    patient_store: ObjectStore
    key: str
    address: str
    has_parts: bool

    @classmethod
    def at(cls, url: re.Match[str]) -> Self:
        """Return the source at a URL; raises SourceNotFound where no store has such addresses."""
        address = clean(f"{url[1]}://{url[2].rpartition('@')[2]}{url[3]}", _LONGEST_ADDRESS)
        try:
            if url[1].lower() in _HTTP:
                whole = HTTPStore.from_url(
                    url.string, client_options=_CLIENT_OPTIONS, retry_config=_FEW_RETRIES
                )
                return cls(whole, whole, "", address, has_parts=False)
            folder, _, name = url.string.rpartition("/")
            store, patient = (
                from_url(folder, client_options=_CLIENT_OPTIONS, retry_config=retries)
                for retries in (_FEW_RETRIES, RETRIES)
            )
        except (BaseError, ValueError) as error:
            raise SourceNotFound(
                f"A source cannot be read from {address}. Name a file, or an address that begins "
                "with https://, s3://, gs:// or az://."
            ) from error
        return cls(store, patient, unquote(name), address, has_parts=True)

    @contextmanager
    def translated(self) -> Iterator[None]:
        """Let ``unread`` take the place of FETCH_ERRORS."""
        try:
            yield
        except FETCH_ERRORS as error:
            raise self.unread(error) from error

    def unread(self, error: BaseException) -> PackagingError:
        """Return what one of FETCH_ERRORS means to whoever gave the address."""
        match error:
            case FileNotFoundError():
                return SourceNotFound(f"There is nothing at {self.address}. Check the address.")
            case PermissionDeniedError() | UnauthenticatedError():
                return SourceNotFound(
                    f"{self.address} may not be read. "
                    "Check your credentials, or ask for a new link."
                )
            case PreconditionError():
                return SourceChanged(
                    f"{self.address} was replaced while it was being fetched. "
                    "Wait until it is written, then package it again."
                )
        return StoreFailed(f"{self.address} could not be read: {_reason(error)}")


def _reason(error: BaseException) -> str:
    """Say why a transfer failed, and what to do: the errors of our own disk have a number."""
    if isinstance(error, OSError) and error.strerror is not None:
        return f"its copy on this disk failed ({error.strerror}). Make room, then try again."
    return (
        "its server cannot be reached, or did not send it whole. "
        "Check the address, the network and your credentials, then try again."
    )
