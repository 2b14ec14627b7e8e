"""The ways to go through a store: to say what may go, to let it go, and to keep promises."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from origin.collecting.entries import Entries
from origin.collecting.holdings import Holdings
from origin.collecting.leftovers import find_leftovers, remove_leftovers
from origin.collecting.pictures import find_pictures, remove_pictures
from origin.collecting.removing import remove
from origin.collecting.superseded import remove_superseded
from origin.collecting.surroundings import Surroundings
from packager.publishing.garbage import Asset, Graces, Reason, Removal, Row, garbage

_NOTHING_WANTED: Final = Row(None, has_open_job=False)
_ASSETS_AT_ONCE: Final = 16
"""So many assets are cleared before the entries are listed again; their own are always read."""


def find_garbage(around: Surroundings, graces: Graces) -> Iterator[Removal]:
    """Yield what may go, and touch nothing; raises CollectionFailed."""
    yield from find_leftovers(around, older_than_s=around.clock() - graces.abandoned_s)
    for _, removals in _found(around, graces):
        yield from removals
    yield from find_pictures(around, graces)


def remove_garbage(around: Surroundings, graces: Graces) -> Iterator[Removal]:
    """Remove what may go, and yield each removal after it was made; raises CollectionFailed."""
    yield from remove_leftovers(around, older_than_s=around.clock() - graces.abandoned_s)
    yield from _removed(around, graces, [asset_id for asset_id, _ in _found(around, graces)])
    yield from remove_pictures(around, graces)


def remove_promised(around: Surroundings) -> Iterator[Removal]:
    """Remove what was to stay for a while only, as ``remove_garbage`` does.

    All of that is of assets that have something below ``growing/``, so no others are listed, and
    entries are read only where something may be due.
    """
    graces = Graces.of_promises()
    holdings = Holdings(around.store)
    yield from _removed(
        around,
        graces,
        [
            asset_id
            for asset_id in holdings.growing()
            if _judged(around, graces, asset_id, Asset(holdings.of(asset_id), ()))
        ],
    )


def _removed(around: Surroundings, graces: Graces, asset_ids: Sequence[str]) -> Iterator[Removal]:
    """Judge these assets again, and remove at once what may go of them."""
    holdings = Holdings(around.store)
    entries = Entries(around.store)
    for start in range(0, len(asset_ids), _ASSETS_AT_ONCE):
        entries.refresh()
        superseded = []
        for asset_id in asset_ids[start : start + _ASSETS_AT_ONCE]:
            asset = Asset(holdings.of(asset_id), entries.of_now(asset_id))
            for removal in _judged(around, graces, asset_id, asset):
                if removal.reason is Reason.SUPERSEDED:
                    superseded.append(removal)
                    continue
                remove(around, holdings, removal)
                yield removal
        yield from remove_superseded(around, holdings, entries, superseded)


def _found(around: Surroundings, graces: Graces) -> Iterator[tuple[str, list[Removal]]]:
    entries = Entries(around.store)
    entries.refresh()
    for asset_id, objects in Holdings(around.store).assets():
        removals = _judged(around, graces, asset_id, Asset(objects, entries.of(asset_id)))
        if removals:
            yield asset_id, removals


def _judged(around: Surroundings, graces: Graces, asset_id: str, asset: Asset) -> list[Removal]:
    """Judge an asset; the database is asked only where its row could make a difference."""
    now_s = around.clock()
    if around.row_of is None:
        return list(garbage(asset, graces, now_s=now_s))
    if not any(garbage(replace(asset, row=_NOTHING_WANTED), graces, now_s=now_s)):
        return []
    return list(garbage(replace(asset, row=around.row_of(asset_id)), graces, now_s=now_s))
