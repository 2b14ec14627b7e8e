"""What events mean for the index: which rows are to be read again."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.catalogue.events import Event
from origin.companion.catalogue.kinds import EventKind
from origin.companion.search import rows
from origin.companion.search.entries import Entry, Kind, key_of
from origin.companion.search.writing import Aside, Writer

BATCH: Final = 500


@dataclass(slots=True)
class Changed:
    """Ids by kind; none is there twice."""

    tracks: dict[str, None] = field(default_factory=dict)
    artists: dict[str, None] = field(default_factory=dict)
    albums: dict[str, None] = field(default_factory=dict)


def changed(events: Iterable[Event]) -> Changed:
    """Return what events are about.

    Tracks of a deleted album are in none by now, and only its event tells which they were.
    """
    found = Changed()
    by_kind = {"track": found.tracks, "artist": found.artists, "album": found.albums}
    for event in events:
        subjects = by_kind.get(event.kind.partition(".")[0])
        if subjects is not None:
            subjects[event.subject] = None
        if event.kind == EventKind.ALBUM_DELETED:
            found.tracks.update(dict.fromkeys(event.content.get("track_ids", ())))
    return found


async def follow(
    connection: AsyncConnection, writer: Writer, aside: Aside, events: Sequence[Event]
) -> None:
    """Write what changed; what an artist or an album is called is in all of theirs."""
    said = changed(events)
    for album_id in said.albums:
        await _follow_album(connection, writer, aside, album_id)
    for artist_id in said.artists:
        if await rows.entries(connection, Kind.ARTIST, [artist_id]):
            await _follow_artist(connection, writer, aside, artist_id)
        else:
            await aside(writer.remove_artist, artist_id)
    for kind, ids in (
        (Kind.ARTIST, said.artists), (Kind.ALBUM, said.albums), (Kind.TRACK, said.tracks),
    ):  # fmt: skip
        await _reread(connection, writer, aside, kind, list(ids))


async def _follow_artist(
    connection: AsyncConnection, writer: Writer, aside: Aside, artist_id: str
) -> None:
    for kind in (Kind.ALBUM, Kind.TRACK):
        behind = ""
        while ids := await rows.ids_of_artist(connection, kind, artist_id, behind, BATCH):
            await _reread(connection, writer, aside, kind, ids)
            behind = ids[-1]


async def _follow_album(
    connection: AsyncConnection, writer: Writer, aside: Aside, album_id: str
) -> None:
    behind = ""
    while ids := await rows.ids_of_album(connection, album_id, behind, BATCH):
        await _reread(connection, writer, aside, Kind.TRACK, ids)
        behind = ids[-1]


async def _reread(
    connection: AsyncConnection, writer: Writer, aside: Aside, kind: Kind, ids: Sequence[str]
) -> None:
    left = iter(ids)
    while some := list(islice(left, BATCH)):
        there = await rows.entries(connection, kind, some)
        gone = set(some) - {entry.id for entry in there}
        await aside(_write, writer, there, [key_of(kind, each) for each in gone])


def _write(writer: Writer, there: Sequence[Entry], gone: Sequence[str]) -> None:
    for key in gone:
        writer.remove(key)
    writer.put(there)
