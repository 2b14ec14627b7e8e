"""Removing revisions that nothing points at, although an entry that does may come at any moment.

A run that finds its revision complete writes an entry and makes nothing else; then it asks whether
the index is still there (``Publication.confirm``). So the index goes first here, and then entries
and rows are asked once more: whoever of the two comes second sees what the other did. Where the
revision is reached after all, its index comes back. Entries are listed once for many revisions.
"""

from collections.abc import Iterator, Sequence

from manifests.layout import Revision
from origin.collecting.entries import Entries
from origin.collecting.holdings import Holdings
from origin.collecting.removing import remove
from origin.collecting.surroundings import Surroundings
from packager.publishing.garbage import Removal


def remove_superseded(
    around: Surroundings, holdings: Holdings, entries: Entries, removals: Sequence[Removal]
) -> Iterator[Removal]:
    """Remove revisions, and yield each after it has gone; raises CollectionFailed.

    The first stage of each removal is its index alone.
    """
    taken: list[tuple[Removal, bytes | None]] = []
    try:
        for removal in removals:
            taken.append((removal, holdings.read(removal.stages[0][0])))
            holdings.remove(removal.stages[0])
        if taken:
            entries.refresh()
        going = [one for one in taken if not _is_reached(around, entries, one[0])]
    except BaseException:
        _put_back(holdings, taken)
        raise
    _put_back(holdings, [one for one in taken if one not in going])
    for removal, _ in going:
        remove(around, holdings, removal)
        yield removal


def _is_reached(around: Surroundings, entries: Entries, removal: Removal) -> bool:
    where = Revision(*removal.folder.split("/")[1:])
    if any(pointer.revision == where.revision for pointer in entries.of(where.asset_id)):
        return True
    row = around.row_of(where.asset_id) if around.row_of is not None else None
    return row is not None and (row.has_open_job or row.revision == where.revision)


def _put_back(holdings: Holdings, taken: Sequence[tuple[Removal, bytes | None]]) -> None:
    """Let complete what is complete still: who reached it may have taken it away again."""
    for removal, index in taken:
        rest = {stored.key for stage in removal.stages[1:] for stored in stage}
        if index is not None and rest <= {each.key for each in holdings.below(removal.folder)}:
            holdings.put(removal.stages[0][0], index)
