"""Assets over HTTP: what their creator may know of them."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from manifests.entry import Entry
from origin.companion.api import cursor
from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoBody, NoQuery, Page
from origin.companion.assets import rows
from origin.companion.assets.growth import growth_of
from origin.companion.assets.models import Asset, AssetsAsked
from origin.companion.assets.shown import shown
from origin.companion.database import Database
from origin.companion.identity.principal import Role, Scope
from origin.companion.identity.rules import Visibility, require_change
from origin.companion.media import Media
from origin.delivery.errors import NotFound

READERS = Who(Role.CREATOR, Scope.READ)
WRITERS = Who(Role.CREATOR, Scope.UPLOAD)
ONE = "/v1/assets/{asset_id}"


class Assets:
    """The endpoints that change nothing."""

    def __init__(self, database: Database, media: Media) -> None:
        self._database = database
        self._media = media

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="GET", path="/v1/assets", name="listAssets", tag="assets",
                summary="List my assets, the newest first", handle=self.list, who=READERS,
                query=AssetsAsked, gives=Page[Asset],
            ),
            Endpoint(
                method="GET", path=ONE, name="getAsset", tag="assets",
                summary="Get an asset", handle=self.get, who=READERS, gives=Asset,
            ),
        ]  # fmt: skip

    async def list(self, call: Call[AssetsAsked, NoBody]) -> Answer:
        """Those that were made last come first."""
        asked = call.query
        behind = None if asked.cursor is None else cursor.read(asked.cursor, (float, str))
        async with self._database.look(call.principal) as connection:
            found = await rows.newest(
                connection,
                call.user.user_id,
                behind,
                asked.limit + 1,
                now_s=call.now_s,
                state=asked.state,
            )
        here = found[: asked.limit]
        last = here[-1] if len(found) > asked.limit else None
        on = None if last is None else cursor.write((last.created_s, last.asset_id))
        return Answer(Page[Asset](items=[shown(row) for row in here], next=on))

    async def get(self, call: Call[NoQuery, NoBody]) -> Answer:
        """While it is packaged, its renditions are told as far as they are there."""
        async with self._database.look(call.principal) as connection:
            row = await found(connection, call)
        if row.is_published or not row.is_playing:
            return Answer(shown(row))
        growth = await growth_of(self._media.store, Entry.from_json(row.entry))
        return Answer(shown(row, growth))


async def found(
    connection: AsyncConnection, call: Call[Any, Any], *, to_change: bool = False
) -> Row[Any]:
    """Return the asset that a call is about; raises NotFound, also where it is another's."""
    row = await rows.find(connection, call.ids["asset_id"], now_s=call.now_s, to_change=to_change)
    if row is None:
        raise NotFound("There is no asset with this id, or not any more.")
    require_change(call.user, row.owner_id, Visibility.PRIVATE)
    return row
