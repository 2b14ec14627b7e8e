"""What a collection has around it, passed in."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from obstore.store import ObjectStore

from packager.publishing.garbage import Removal, Row

RowOf = Callable[[str], Row | None]
"""Returns what a database says of an asset, None where it has never heard of it."""

PicturesOf = Callable[[str], frozenset[str] | None]
"""Returns the ids of a track's pictures that rows name, None where there was no such track ever."""


class Purging(Protocol):
    """Has CDNs and servers give no more of what goes; raises CollectionFailed."""

    def going(self, removal: Removal) -> None:
        """Note what is about to go, and has names then."""

    def gone(self, removal: Removal) -> None:
        """Have it dropped: it has gone."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is asked: a store, how a database's rows are read if there is one, and the time.

    ``purging`` is told of revisions and pictures that go, where there is a database.
    """

    store: ObjectStore
    row_of: RowOf | None = None
    clock: Callable[[], float] = time.time
    pictures_of: PicturesOf | None = None
    purging: Purging | None = None
