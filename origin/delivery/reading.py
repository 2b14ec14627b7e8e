"""What delivery asks of whoever brings it the store's objects, and what it makes of damaged ones.

``origin.cache`` has readers: straight from the store, or through the tiers in front of it. Where
an object is listed in an index, its size and digest are known before it is read, and a reader may
hold it, share it and vouch for it; what nothing lists is only ever what the store says now.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from typing import Final, NamedTuple, Protocol

from manifests.errors import ManifestError
from manifests.index import StoredObject
from origin.delivery.errors import BrokenObject

Doubts = Callable[[str], float | None]
"""Until when what was just read of an object may be remembered, by the loop's clock, where a store
that did not answer may know better (``stores.homes``); None where none does."""
Check = Callable[[str, bytes], object]
"""Raises BrokenObject where an object, given with its key, is damaged. Reads are one where all of
what is asked is the same, so it is a function of a module, which is the same for all."""
OBJECT_BYTES_MAX: Final = 64 * 1024 * 1024
"""No object that we serve, nor an index of half a day of sound, comes near this."""


def no_check(_key: str, _content: bytes) -> None:
    """Take an object as it comes."""


class Missing(Enum):
    """What a listing may lack: what is too much to be looked at, or is where nobody answers now."""

    NOTHING = auto()
    WHAT_IS_TOO_MUCH = auto()
    WHAT_NOBODY_CAN_TELL = auto()


class Newest(NamedTuple):
    """Keys, the newest first."""

    keys: Sequence[str]
    missing: Missing


class Reader(Protocol):
    """Reads objects; NotFound where there is none, StoreUnavailable where nobody can tell."""

    async def read(
        self,
        key: str,
        *,
        limit_bytes: int = OBJECT_BYTES_MAX,
        listed: StoredObject | None = None,
        is_announced: bool = False,
        check: Check = no_check,
    ) -> bytes:
        """Return a whole object; BrokenObject where it is too large, or not as it is listed.

        One that ``is_announced`` is said to be there by what leads to it: that it was missing when
        nobody had said so tells nothing. What does not pass the ``check`` is damaged: nobody holds
        it, and what was held before may stand in for it.
        """

    def read_ahead(self, key: str, listed: StoredObject) -> None:
        """Have an object at hand that somebody will ask for soon, if that costs nobody else."""

    async def newest(self, prefix: str, count: int) -> Newest:
        """Return the keys below ``prefix`` that were written last."""


def no_doubt(_key: str) -> None:
    """Tell that there is one store, which knows best."""


@contextmanager
def well_formed() -> Iterator[None]:
    """Translate what a damaged document raises where it is parsed into BrokenObject."""
    try:
        yield
    except (ManifestError, UnicodeDecodeError) as error:
        raise BrokenObject("What was published here cannot be read.") from error
