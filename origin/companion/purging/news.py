"""Which public answers of the API say something else, by what was told of.

An event names what is about it, and whose it is; an answer is tagged by what its address names. So
the lists of all tracks, of a genre and the like are left to their lifetime: half a minute.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, Protocol

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cdn.purge.changes import of_answers
from cdn.tags import named_tags
from origin.companion.catalogue.kinds import EventKind
from origin.companion.catalogue.tables import tracks
from origin.companion.purging.promising import is_anybody_there, promise

_SOUNDS: Final = frozenset({EventKind.ASSET_PLAYABLE, EventKind.ASSET_READY})
"""What was said before is no harm for a moment."""
_OF_ASSETS: Final = _SOUNDS | {EventKind.ASSET_PLAYBACK_ID_REPLACED, EventKind.ASSET_DELETED}
_SORTS: Final = frozenset({"track", "album", "artist"})
_WITH_ID: Final = ("artist_id", "album_id")


class Told(Protocol):
    """What an event says."""

    @property
    def kind(self) -> str: ...  # noqa: D102 as there
    @property
    def subject(self) -> str: ...  # noqa: D102
    @property
    def content(self) -> Mapping[str, Any]: ...  # noqa: D102


async def promise_answers(
    connection: AsyncConnection, news: Iterable[Told], *, now_s: float
) -> None:
    """Have CDNs drop the answers that are concerned by what is told."""
    concerned = [one for one in news if is_public(one)]
    if not concerned or not await is_anybody_there(connection, now_s=now_s):
        return
    for soft in (True, False):
        some = [one for one in concerned if (one.kind in _SOUNDS) is soft]
        tags = {tag for one in some for tag in named_tags(await _named(connection, one))}
        if tags:
            await promise(
                connection,
                lambda known, tags=tags, soft=soft: of_answers(tags, known, soft=soft),  # type: ignore[misc]
                now_s=now_s,
            )


def is_public(told: Told) -> bool:
    """Tell whether a public answer may say it; a draft, without sound, is in none. Pure."""
    sort, _, what = told.kind.partition(".")
    if sort == "track" and what == "created":
        return told.content.get("asset_id") is not None
    if sort == "asset":
        return told.kind in _OF_ASSETS and bool(told.content.get("track_id"))
    return sort in _SORTS


async def _named(connection: AsyncConnection, told: Told) -> dict[str, str]:
    """Return the ids by which addresses name what is concerned."""
    sort = told.kind.partition(".")[0]
    said = {name: told.content[name] for name in _WITH_ID if told.content.get(name)}
    if sort != "asset":
        return said | {f"{sort}_id": told.subject}
    track_id = told.content["track_id"]
    row = select(tracks.c.artist_id, tracks.c.album_id).where(tracks.c.id == track_id)
    found = (await connection.execute(row)).one_or_none()
    if found is not None:
        said |= {name: getattr(found, name) for name in _WITH_ID if getattr(found, name)}
    return said | {"track_id": track_id}
