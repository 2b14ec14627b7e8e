"""A catalogue as one grows in six years: few have most of the tracks, the plays and the genres.

The newest have few plays, half have none, some are private, drafts, or do not play. One artist has
more than anybody lists, so that there is depth to go to; one album is full. Deterministic.
"""

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table, insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from manifests.layout import new_id
from origin.companion.catalogue import listing
from origin.companion.catalogue.tables import albums, artists, track_tags, tracks
from origin.companion.identity.principal import Role
from origin.companion.identity.tables import users
from origin.companion.plays.trending import score_with
from packager.queue.tables import assets

NOW_S: Final = 1_924_992_000.0
"""2031-01-01, so that six years lie behind it in which something could be published."""

YEARS_S: Final = 6 * 365 * 86_400.0
GENRES: Final = tuple(f"genre {number:02}" for number in range(24))
TAGS: Final = tuple(f"tag {number:03}" for number in range(200))
ALBUM_TRACKS: Final = 5_000
_BATCH: Final = 20_000
_SHARE_OF_FIRST_ARTIST: Final = 0.11


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What is in a catalogue, and by which ids its largest parts are found."""

    user_id: str
    artist_id: str
    album_id: str


async def fill(engine: AsyncEngine, track_count: int, artist_count: int, seed: int) -> Catalogue:
    """Fill an empty database; indexes are made afterwards, as that is quicker."""
    chance = random.Random(seed)  # noqa: S311 no secret
    artist_ids = [_id(chance) for _ in range(artist_count)]
    album_id = _id(chance)
    async with engine.begin() as connection:
        indexes = [
            index
            for table in (tracks, track_tags)
            for index in sorted(table.indexes, key=lambda index: str(index.name))
        ]
        for index in indexes:
            await connection.run_sync(index.drop)
        parts = _rows(chance, track_count, artist_ids, album_id)
        await connection.run_sync(_write, parts)
        for index in indexes:
            await connection.run_sync(index.create)
    await _analyze(engine)
    return Catalogue(_user(artist_ids[0]), artist_ids[0], album_id)


async def _analyze(engine: AsyncEngine) -> None:
    alone = engine.execution_options(isolation_level="AUTOCOMMIT")
    async with alone.connect() as connection:
        if connection.dialect.name == "postgresql":
            await connection.execute(text("VACUUM ANALYZE"))
        else:
            await connection.execute(text("ANALYZE"))
            await connection.commit()  # SQLite's begins a transaction in any case


def _write(connection: Connection, parts: Iterator[tuple[Table, list[dict[str, Any]]]]) -> None:
    for table, rows in parts:
        if rows:
            connection.execute(insert(table), rows)


def _rows(
    chance: random.Random, track_count: int, artist_ids: list[str], album_id: str
) -> Iterator[tuple[Table, list[dict[str, Any]]]]:
    for start in range(0, len(artist_ids), _BATCH):
        some = artist_ids[start : start + _BATCH]
        yield users, [_user_row(artist_id) for artist_id in some]
        yield artists, [_artist_row(artist_id) for artist_id in some]
    yield albums, [_album_row(album_id, artist_ids[0])]
    in_album = 0
    for start in range(0, track_count, _BATCH):
        rows = [_track_row(chance, artist_ids) for _ in range(min(_BATCH, track_count - start))]
        for row in rows:
            if row["artist_id"] == artist_ids[0] and in_album < ALBUM_TRACKS:
                row |= {"album_id": album_id, "album_position": in_album}
                in_album += 1
        yield assets, [_asset_row(chance, row["asset_id"]) for row in rows if row["asset_id"]]
        yield tracks, rows
        yield track_tags, [_tag_row(row) for row in rows]


def _id(chance: random.Random) -> str:
    return new_id(chance.randbytes(12))


def _user(artist_id: str) -> str:
    return f"u{artist_id}"


def _user_row(artist_id: str) -> dict[str, Any]:
    return {"id": _user(artist_id), "name": "A", "role": Role.CREATOR, "created_s": 0.0}


def _artist_row(artist_id: str) -> dict[str, Any]:
    return {
        "id": artist_id, "user_id": _user(artist_id), "name": f"Artist {artist_id[:6]}",
        "handle": artist_id, "description": "", "created_s": 0.0, "updated_s": 0.0, "version": 1,
    }  # fmt: skip


def _album_row(album_id: str, artist_id: str) -> dict[str, Any]:
    return {
        "id": album_id, "user_id": _user(artist_id), "artist_id": artist_id, "kind": "series",
        "title": "All of it", "description": "", "explicit": False, "visibility": "public",
        "created_s": 0.0, "updated_s": 0.0, "version": 1, "published_s": 0.0, "listed_s": 0.0,
    }  # fmt: skip


def _track_row(chance: random.Random, artist_ids: list[str]) -> dict[str, Any]:
    age = 1 - chance.random() ** 0.6  # more each year
    created_s = NOW_S - age * YEARS_S
    is_first = chance.random() < _SHARE_OF_FIRST_ARTIST
    artist_id = artist_ids[0 if is_first else int(len(artist_ids) * chance.random() ** 2)]
    visibility = chance.choices(("public", "unlisted", "private"), (92, 4, 4))[0]
    asset_id = _id(chance) if chance.random() < 0.98 else None  # noqa: PLR2004 a few drafts
    since_s = created_s if visibility == "public" and asset_id is not None else None
    return {
        "id": _id(chance), "user_id": _user(artist_id), "artist_id": artist_id,
        "album_id": None, "album_position": None, "asset_id": asset_id,
        "title": f"Track {chance.randrange(10**9)}", "description": "Words. " * 20,
        "genre": GENRES[int(len(GENRES) * chance.random() ** 2)],
        "tags": json.dumps([TAGS[int(len(TAGS) * chance.random() ** 2)]]),
        "language": "en", "explicit": False, "visibility": visibility, "released_on": None,
        "duration_s": 180.0, "play_count": _plays(chance, age), "created_s": created_s,
        "trending": score_with(0, [created_s]),
        "updated_s": created_s, "version": 1, "published_s": since_s, **listing.columns(since_s),
    }  # fmt: skip


def _plays(chance: random.Random, age: float) -> int:
    return int(max(0.0, chance.paretovariate(0.7) - 2) * (0.02 + age)) % 10**10


def _asset_row(chance: random.Random, asset_id: str) -> dict[str, Any]:
    entry = "{}" if chance.random() < 0.97 else None  # noqa: PLR2004 a few do not play
    return {
        "asset_id": asset_id, "playback_id": f"p{asset_id}", "entry": entry, "fence": 1,
        "stored_fence": 1, "publications": 1,
    }  # fmt: skip


def _tag_row(row: dict[str, Any]) -> dict[str, Any]:
    return {"track_id": row["id"], "tag": json.loads(row["tags"])[0], "listed_s": row["listed_s"]}
