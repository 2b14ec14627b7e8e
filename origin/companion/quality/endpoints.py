"""How an asset was served, over HTTP."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from origin.companion.api.endpoint import Answer, Call, Endpoint
from origin.companion.api.models import NoBody
from origin.companion.assets.endpoints import ONE, READERS, found
from origin.companion.database import Database
from origin.companion.plays.days import EPOCH, days_asked
from origin.companion.quality import rows
from origin.companion.quality.models import DayOfQuality, QualityAsked, QualityOfAsset
from origin.companion.quality.shown import added_up, said_of, shown
from origin.delivery.errors import NotFound


class AssetQuality:
    """The endpoint."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="GET", path=f"{ONE}/quality", name="getAssetQuality", tag="assets",
                summary="Get how an asset was served, day by day", handle=self.get, who=READERS,
                query=QualityAsked, gives=QualityOfAsset, raises=(NotFound,),
            ),
        ]  # fmt: skip

    async def get(self, call: Call[QualityAsked, NoBody]) -> Answer:
        """As players told by CMCD with the requests that came here.

        Of sessions, some may be looked at for all: see `sessions_estimated`. What a CDN answers
        from its cache never comes here: it is told by its log alone. A day (UTC) is that of the
        request, or of a session's last one.
        """
        asked = call.query
        today = datetime.fromtimestamp(call.now_s, UTC).date()
        first, last = days_asked(asked.first, asked.last, today)
        async with self._database.look(call.principal) as connection:
            row = await found(connection, call)
            figures = await rows.days(connection, row.asset_id, first, last)
        days = [
            DayOfQuality(day=EPOCH + timedelta(days=day), **said_of(of_day))
            for day, of_day in figures.items()
        ]
        total = shown(added_up(figures.values()))
        return Answer(QualityOfAsset(asset_id=row.asset_id, total=total, days=days))
