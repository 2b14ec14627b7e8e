"""What a collection has around it, passed in."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from obstore.store import ObjectStore

from packager.publishing.garbage import Row

RowOf = Callable[[str], Row | None]
"""Returns what a database says of an asset, None where it has never heard of it."""

PicturesOf = Callable[[str], frozenset[str] | None]
"""Returns the ids of a track's pictures that rows name, None where there was no such track ever."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is asked: a store, how a database's rows are read if there is one, and the time."""

    store: ObjectStore
    row_of: RowOf | None = None
    clock: Callable[[], float] = time.time
    pictures_of: PicturesOf | None = None
