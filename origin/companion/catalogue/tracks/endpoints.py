"""Tracks over HTTP."""

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from sqlalchemy import Row

from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.known_fields import ETAG, LOCATION
from origin.companion.api.models import NoBody, NoQuery, Page
from origin.companion.api.paging import page_of
from origin.companion.caching.policy import Keeping, of_one
from origin.companion.catalogue import kept
from origin.companion.catalogue.asset_owner import AssetOwner
from origin.companion.catalogue.tracks import lists, questions
from origin.companion.catalogue.tracks.changing import ChangedMeanwhile, TrackChanges
from origin.companion.catalogue.tracks.given import track_of
from origin.companion.catalogue.tracks.making import found
from origin.companion.catalogue.tracks.models import (
    OwnTracksAsked,
    Track,
    TrackChange,
    TrackDeletion,
    TrackDraft,
    TracksAsked,
)
from origin.companion.catalogue.tracks.rows import AlbumFull, AssetTaken
from origin.companion.catalogue.visibility import (
    is_listed,
    is_there,
    may_see_album_of,
    may_see_track,
)
from origin.companion.catalogue.withdrawal import Withdrawal
from origin.companion.database import Database
from origin.companion.identity.principal import Role, Scope
from origin.delivery.errors import NotFound, PreconditionFailed

_CREATORS = Who(Role.CREATOR, Scope.CATALOGUE)
_READERS = Who(Role.CREATOR, Scope.READ)


class Tracks:
    """The endpoints; ``new_id`` makes ids, ``owner_of`` tells whose an asset is.

    ``withdrawal`` takes assets away.
    """

    def __init__(
        self,
        database: Database,
        new_id: Callable[[], str],
        owner_of: AssetOwner,
        withdrawal: Withdrawal,
    ) -> None:
        self._database = database
        self._changes = TrackChanges(database, new_id, owner_of, withdrawal)

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        one = "/v1/tracks/{track_id}"
        changes = self._changes
        return [
            Endpoint(
                method="GET", path="/v1/tracks", name="listTracks", tag="tracks",
                summary="List tracks that are public", handle=self.list,
                query=TracksAsked, gives=Page[Track], kept=Keeping(kept.of_tracks),
            ),
            Endpoint(
                method="GET", path="/v1/me/tracks", name="listOwnTracks", tag="tracks",
                summary="List your tracks, drafts, too", handle=self.list_own, who=_READERS,
                query=OwnTracksAsked, gives=Page[Track],
            ),
            Endpoint(
                method="POST", path="/v1/tracks", name="createTrack", tag="tracks",
                summary="Make a track", handle=changes.create, who=_CREATORS,
                body=TrackDraft, gives=Track, status=HTTPStatus.CREATED,
                raises=(AssetTaken, AlbumFull), gives_fields=(LOCATION, ETAG),
            ),
            Endpoint(
                method="GET", path=one, name="getTrack", tag="tracks",
                summary="Get a track", handle=self.get, gives=Track,
                kept=of_one(kept.of_track),
            ),
            Endpoint(
                method="PATCH", path=one, name="changeTrack", tag="tracks",
                summary="Change what is said of a track", handle=changes.change, who=_CREATORS,
                body=TrackChange, gives=Track, raises=(AssetTaken, AlbumFull, PreconditionFailed),
                gives_fields=(ETAG,),
            ),
            Endpoint(
                method="DELETE", path=one, name="deleteTrack", tag="tracks",
                summary="Take a track away, and its sound", handle=changes.delete, who=_CREATORS,
                query=TrackDeletion, status=HTTPStatus.NO_CONTENT,
                raises=(ChangedMeanwhile, PreconditionFailed),
            ),
        ]  # fmt: skip

    async def list(self, call: Call[TracksAsked, NoBody]) -> Answer:
        """Those whose sound plays. A page can be short and go on: `next` tells the end.

        Of an album that you may not see there are none.
        """
        asked = call.query
        rows = questions.public(asked, self._database.primary.dialect, call.now_s)
        return await self._page(call, rows, is_listed)

    async def list_own(self, call: Call[OwnTracksAsked, NoBody]) -> Answer:
        """All there are, whoever may see them; those made last come first."""

        def shown(row: Row[Any]) -> bool:
            return is_there(row) and row.user_id == call.user.user_id

        return await self._page(call, questions.own(call.query, call.user.user_id), shown)

    async def get(self, call: Call[NoQuery, NoBody]) -> Answer:
        """Unlisted ones, too; one that is private or does not play yet is its owner's alone."""
        async with self._database.look(call.principal) as connection:
            row = await found(connection, call.ids["track_id"])
        if not may_see_track(call.reader, row):
            raise NotFound("There is no track with this id.")
        return Answer(track_of(row, call.reader), version=row.version)

    async def _page(
        self,
        call: Call[TracksAsked, NoBody] | Call[OwnTracksAsked, NoBody],
        rows: lists.Reading,
        shown: Callable[[Row[Any]], bool],
    ) -> Answer:
        async with self._database.look(call.principal) as connection:
            read = await lists.read(connection, rows)
        if call.query.album_id is not None and not may_see_album_of(call.reader, read[:1]):
            read = []  # nor is there a page behind it, whose cursor would tell of a track
        key = questions.key_of(call.query)
        page, on = page_of(read, call.query.limit, key=key.among(shown), shown=shown)
        items = [track_of(row, call.reader) for row in page]
        return Answer(Page[Track](items=items, next=on))
