"""Similar tracks over HTTP."""

from collections.abc import Iterator, Sequence
from typing import Final

from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.models import Asked, Given, NoBody
from origin.companion.caching import subjects
from origin.companion.caching.policy import Keeping
from origin.companion.catalogue.kept import of_track
from origin.companion.catalogue.tracks import rows as tracks
from origin.companion.catalogue.tracks.given import track_of
from origin.companion.catalogue.tracks.making import found
from origin.companion.catalogue.tracks.models import Track
from origin.companion.catalogue.visibility import is_listed, may_see_track
from origin.companion.database import Database
from origin.companion.similar import rows
from origin.companion.similar.making import similar_to
from origin.delivery.errors import NotFound

LIMIT_DEFAULT: Final = 12
LIMIT_MAX: Final = 24
STALE_S: Final = 30.0
"""So that what was published is listed within a minute or so, also where it is looked at seldom."""


class SimilarAsked(Asked):
    """How many of them."""

    limit: int = Field(LIMIT_DEFAULT, ge=1, le=LIMIT_MAX, description="How many at most.")


class SimilarTracks(Given):
    """The most similar one comes first."""

    items: list[Track]


def _about(call: Call[SimilarAsked, NoBody], similar: SimilarTracks) -> Iterator[str]:
    """Yield what a list is about; which tracks are in it grows old by time."""
    yield subjects.content(call.ids["track_id"])
    for track in similar.items:
        yield from of_track(call, track)


class Similar:
    """The endpoint."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def endpoints(self) -> Sequence[Endpoint]:
        """Return it."""
        return [
            Endpoint(
                method="GET", path="/v1/tracks/{track_id}/similar", name="listSimilarTracks",
                tag="tracks", summary="List tracks that are similar to one", handle=self.list,
                query=SimilarAsked, gives=SimilarTracks, kept=Keeping(_about, stale_s=STALE_S),
            ),
        ]  # fmt: skip

    async def list(self, call: Call[SimilarAsked, NoBody]) -> Answer:
        """Those that the same people hear, then those that the same is said of.

        All are public and play now. It is found out in the background, within a minute or so after
        something was said of a track, or one was published that is like it, and from time to time.
        """
        track_id = call.ids["track_id"]
        async with self._database.look(call.principal) as connection:
            one = await found(connection, track_id)
            if not may_see_track(call.reader, one):
                raise NotFound("There is no track with this id.")
            ids = await self._ids(connection, track_id, call.now_s)
            there = {row.id: row for row in await tracks.some(connection, ids)}
        shown = [there[each] for each in ids if each in there and is_listed(there[each])]
        items = [track_of(row, call.reader) for row in shown[: call.query.limit]]
        return Answer(SimilarTracks(items=items))

    async def _ids(self, connection: AsyncConnection, track_id: str, now_s: float) -> Sequence[str]:
        """Return what was stored, or what is similar now of a track that is new or not listed."""
        ids = await rows.stored(connection, track_id)
        if ids is not None:
            return ids
        made = await similar_to(connection, track_id, now_s=now_s)
        return [] if made is None else made.others
