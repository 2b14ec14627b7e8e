"""Pictures of tracks that no row names: what a database that was restored, or lost, left behind.

Servers remove what tracks show no more by its row (``companion.artwork.collecting``), and note each
picture before it is stored. So what is there without a row nobody comes for; it goes after a grace.
Only a database that knows the track condemns it: another one's pictures may be in the same store.
"""

import re
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from manifests.layout import ARTWORK_PREFIX, ID_PATTERN
from origin.collecting.holdings import Holdings
from origin.collecting.removing import remove
from origin.collecting.surroundings import Surroundings
from packager.publishing.garbage import Graces, Reason, Removal, Stored

_A_PICTURE: Final = re.compile(f"{ARTWORK_PREFIX}/({ID_PATTERN})/({ID_PATTERN})/[^/]+")


def find_pictures(around: Surroundings, graces: Graces) -> Iterator[Removal]:
    """Yield pictures that may go; raises CollectionFailed."""
    if around.pictures_of is None:
        return
    before_s = around.clock() - graces.abandoned_s
    for (track_id, artwork_id), group in groupby(
        Holdings(around.store).below(ARTWORK_PREFIX), _ids
    ):
        objects = tuple(group)
        if not track_id or max(each.modified_s for each in objects) >= before_s:
            continue
        named = around.pictures_of(track_id)
        if named is not None and artwork_id not in named:
            folder = f"{ARTWORK_PREFIX}/{track_id}/{artwork_id}"
            yield Removal(folder, Reason.ABANDONED, (objects,))


def remove_pictures(around: Surroundings, graces: Graces) -> Iterator[Removal]:
    """Remove them, and yield each after it has gone; raises CollectionFailed."""
    holdings = Holdings(around.store)
    for removal in list(find_pictures(around, graces)):
        remove(around, holdings, removal)
        yield removal


def _ids(stored: Stored) -> tuple[str, str]:
    """Return the ids of its track and its own, empty for what is no picture's object."""
    match = _A_PICTURE.fullmatch(stored.key)
    return ("", "") if match is None else (match[1], match[2])
