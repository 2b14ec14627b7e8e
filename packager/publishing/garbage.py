"""What nothing needs any more: revisions that nobody plays, what grew into one, sources.

One asset is judged at a time, by what the store lists of it, what its entries point at, and what a
database says of it where there is one. What an entry or the asset's row reaches stays; so does all
of an asset that a job is still queued for or at work on. Everything else goes, but only after a
grace, for nothing tells work that stands still from work that is slow.

Objects go in stages: first what tells that others are there (entries, the index, then playlists),
last the mark of a withdrawal. A removal that is broken off leaves what nothing reaches, and the
next one finishes.
"""

import math
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Self

from manifests import layout
from manifests.layout import Revision
from packager.publishing.removal_order import STAGES, removal_stage

_ID: Final = layout.ID_PATTERN
_IN_A_REVISION: Final = re.compile(
    f"({layout.MEDIA_PREFIX}|{layout.GROWING_PREFIX})/({_ID})/({_ID})/.+", re.DOTALL
)
_A_SOURCE: Final = re.compile(f"{layout.SOURCES_PREFIX}/{_ID}/{_ID}/[^/]+")
_HOUR_S: Final = 3600.0
_DAY_S: Final = 24 * _HOUR_S
_MONTH_S: Final = 30 * _DAY_S


class Reason(StrEnum):
    """Why something goes."""

    SUPERSEDED = "superseded"
    ABANDONED = "abandoned"
    WITHDRAWN = "withdrawn"
    GROWN = "grown"
    DONE = "done"
    GIVEN_UP = "given up"


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as a listing shows it; times are seconds since the epoch."""

    key: str
    size_bytes: int
    modified_s: float


@dataclass(frozen=True, slots=True)
class Pointer:
    """An entry: which revision of the asset it points at, and whether that one still grows."""

    stored: Stored
    revision: str
    is_provisional: bool
    duration_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """What a database says of an asset: the revision that it plays, and what became of its jobs.

    A revision that is only announced counts, too: who announced it withdraws it. ``has_open_job``
    holds, too, while its source is still to come. ``ended_s`` is when the last job ended, in
    seconds since the epoch, and ``is_parked`` whether it was given up.
    """

    revision: str | None
    has_open_job: bool
    ended_s: float | None = None
    is_parked: bool = False


@dataclass(frozen=True, slots=True)
class Asset:
    """All that is known of one asset.

    ``row`` is None where no database was asked, or the one that was has never heard of the asset:
    it may be another's.
    """

    objects: tuple[Stored, ...]
    entries: tuple[Pointer, ...]
    row: Row | None = None


@dataclass(frozen=True, slots=True)
class Graces:
    """How long things stay that nothing needs. A withdrawal promises its hour to listeners.

    Sources of a job that succeeded stay for ``superseded_s``; those of one that was given up for
    ``parked_s``, since whoever repairs what was wrong needs them once more. ``grown_s`` begins when
    a listener who came just before a revision was complete has heard all of it: a player that reads
    the store itself changes renditions by the playlists that it began with.
    """

    superseded_s: float = _DAY_S
    abandoned_s: float = _DAY_S
    parked_s: float = _MONTH_S
    withdrawn_s: float = _HOUR_S
    grown_s: float = _HOUR_S

    @classmethod
    def of_promises(cls) -> Self:
        """Return graces by which only that goes which was to stay for a while from the start."""
        return cls(superseded_s=math.inf, abandoned_s=math.inf, parked_s=math.inf)


@dataclass(frozen=True, slots=True)
class Removal:
    """Objects that may go: each stage as a whole before the next."""

    folder: str
    reason: Reason
    stages: tuple[tuple[Stored, ...], ...]

    @property
    def objects(self) -> tuple[Stored, ...]:
        """All of them, in the order in which they go."""
        return tuple(stored for stage in self.stages for stored in stage)

    @property
    def size_bytes(self) -> int:
        """What they take up."""
        return sum(stored.size_bytes for stored in self.objects)


def garbage(asset: Asset, graces: Graces, *, now_s: float) -> Iterator[Removal]:
    """Yield what may go of an asset."""
    if asset.row is not None and asset.row.has_open_job:
        return
    folders, sources = _sorted_out(asset.objects)
    for folder in folders:
        removal = _judge(folder, asset, graces, now_s)
        if removal is not None:
            yield removal
    if sources:
        is_parked = asset.row is not None and asset.row.is_parked
        reason = Reason.GIVEN_UP if is_parked else Reason.DONE
        grace_s = graces.parked_s if is_parked else graces.superseded_s
        if now_s - _needed_s(sources, asset, now_s) > grace_s:
            folder_of_sources = sources[0].key.rsplit("/", 2)[0]
            yield Removal(folder_of_sources, reason, (tuple(sources),))


@dataclass(slots=True)
class _Folder:
    """One revision's objects."""

    where: Revision
    media: list[Stored] = field(default_factory=list)
    growing: list[Stored] = field(default_factory=list)

    def find(self, key: str) -> Stored | None:
        """Return the object with this key."""
        return next((each for each in (*self.media, *self.growing) if each.key == key), None)

    @property
    def newest_s(self) -> float:
        """When something was last written into it."""
        return _newest_s((*self.media, *self.growing))

    def removal(self, reason: Reason, entries: Iterable[Pointer]) -> Removal:
        """Return how all of it goes, with the entries that point at it."""
        last = self.find(self.where.growing_key(layout.WITHDRAWN))
        first = self.find(self.where.key(layout.INDEX))
        apart = {first, last}
        rest = [each for each in (*self.media, *self.growing) if each not in apart]
        stages = (
            tuple(entry.stored for entry in entries),
            (first,) if first is not None else (),
            *_listing_first(self.where, rest),
            (last,) if last is not None else (),
        )
        return Removal(self.where.prefix, reason, tuple(stage for stage in stages if stage))


def _sorted_out(objects: Iterable[Stored]) -> tuple[list[_Folder], list[Stored]]:
    """Return the revisions, and the sources; keys that are neither are somebody else's."""
    folders: dict[str, _Folder] = {}
    sources = []
    for stored in objects:
        if found := _IN_A_REVISION.fullmatch(stored.key):
            prefix, asset_id, revision = found.groups()
            folder = folders.setdefault(revision, _Folder(Revision(asset_id, revision)))
            (folder.media if prefix == layout.MEDIA_PREFIX else folder.growing).append(stored)
        elif _A_SOURCE.fullmatch(stored.key):
            sources.append(stored)
    return list(folders.values()), sources


def _judge(folder: _Folder, asset: Asset, graces: Graces, now_s: float) -> Removal | None:
    revision = folder.where.revision
    pointing = [entry for entry in asset.entries if entry.revision == revision]
    is_played = any(not entry.is_provisional for entry in pointing) or (
        asset.row is not None and asset.row.revision == revision
    )
    if folder.find(folder.where.key(layout.INDEX)) is None:
        return None if is_played else _judge_unfinished(folder, pointing, graces, now_s)
    if any(entry.is_provisional for entry in pointing):  # it sends listeners to what grew
        return None
    return _judge_complete(folder, asset, graces, now_s, is_played=is_played)


def _judge_complete(
    folder: _Folder, asset: Asset, graces: Graces, now_s: float, *, is_played: bool
) -> Removal | None:
    is_being_replaced = any(entry.is_provisional for entry in asset.entries)
    superseded_s = max([folder.newest_s, *(entry.stored.modified_s for entry in asset.entries)])
    if not (is_played or is_being_replaced) and now_s - superseded_s > graces.superseded_s:
        return folder.removal(Reason.SUPERSEDED, ())
    listening_s = max((entry.duration_s for entry in asset.entries), default=0.0)
    if folder.growing and now_s - _newest_s(folder.growing) > listening_s + graces.grown_s:
        where = folder.where.growing_prefix
        return Removal(where, Reason.GROWN, _listing_first(folder.where, folder.growing))
    return None


def _listing_first(where: Revision, objects: Iterable[Stored]) -> tuple[tuple[Stored, ...], ...]:
    """Return stages in which nothing goes while something lists it."""
    stages: list[list[Stored]] = [[] for _ in range(STAGES)]
    for stored in objects:
        stages[removal_stage(where, stored.key)].append(stored)
    return tuple(tuple(stage) for stage in stages if stage)


def _judge_unfinished(
    folder: _Folder, pointing: list[Pointer], graces: Graces, now_s: float
) -> Removal | None:
    is_withdrawn = folder.find(folder.where.growing_key(layout.WITHDRAWN)) is not None
    reason = Reason.WITHDRAWN if is_withdrawn else Reason.ABANDONED
    grace_s = graces.withdrawn_s if is_withdrawn else graces.abandoned_s
    newest_s = max([folder.newest_s, *(entry.stored.modified_s for entry in pointing)])
    return folder.removal(reason, pointing) if now_s - newest_s > grace_s else None


def _needed_s(sources: Iterable[Stored], asset: Asset, now_s: float) -> float:
    """Return when an asset's sources were needed last; now, where nobody can tell.

    Without a database, only an entry that came after them says that they have been packaged: a
    source that has none may belong to a job that waits.
    """
    newest_s = _newest_s(sources)
    published_s = [each.stored.modified_s for each in asset.entries if not each.is_provisional]
    needed_s = max([newest_s, *published_s])
    if asset.row is None:
        return now_s if needed_s == newest_s else needed_s
    return max(needed_s, asset.row.ended_s or 0.0)


def _newest_s(objects: Iterable[Stored]) -> float:
    return max(stored.modified_s for stored in objects)
