"""Plays over HTTP."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

from aiohttp import hdrs

from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoBody, NoQuery
from origin.companion.catalogue.tracks.making import found
from origin.companion.database import Database
from origin.companion.identity.principal import Role, Scope
from origin.companion.identity.rules import is_owner
from origin.companion.plays import rows
from origin.companion.plays.days import EPOCH, days_asked
from origin.companion.plays.hearing import Hearing
from origin.companion.plays.models import (
    Beacons,
    DayOfPlays,
    Outcomes,
    PlaysAsked,
    PlaysOfTrack,
)
from origin.delivery.errors import DatabaseUnavailable, NotFound

_READERS: Final = Who(Role.CREATOR, Scope.PLAYS)


class Plays:
    """The endpoints."""

    def __init__(self, database: Database, hearing: Hearing) -> None:
        self._database = database
        self._hearing = hearing

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="POST", path="/v1/plays", name="tellPlays", tag="plays",
                summary="Tell what is being heard", handle=self.tell, body=Beacons,
                body_types=("text/plain",), gives=Outcomes, raises=(DatabaseUnavailable,),
            ),
            Endpoint(
                method="GET", path="/v1/plays", name="getPlays", tag="plays",
                summary="Get a track's plays, day by day", handle=self.get, who=_READERS,
                query=PlaysAsked, gives=PlaysOfTrack, raises=(NotFound,),
            ),
        ]  # fmt: skip

    async def tell(self, call: Call[NoQuery, Beacons]) -> Answer:
        """Begin without a ticket, and be given one.

        A later beacon shows it, with what was heard since. It counts once, when that are 30 s or
        the whole of a track that is shorter, and that time has passed; what does not count says
        why. As `text/plain`, the same JSON can come from `navigator.sendBeacon` on any page. What
        counts is written about once a second; a server that is killed loses what came since. Of
        who listens nothing is kept but a digest, under a salt that is gone two days later.
        """
        agent = call.request.headers.get(hdrs.USER_AGENT, "")
        outcomes = await self._hearing.hear(call.body.plays, call.network, agent, call.now_s)
        return Answer(Outcomes(plays=outcomes))

    async def get(self, call: Call[PlaysAsked, NoBody]) -> Answer:
        """Of one's own tracks. A play belongs to the day (UTC) on which it began."""
        asked = call.query
        today = datetime.fromtimestamp(call.now_s, UTC).date()
        first, last = days_asked(asked.first, asked.last, today)
        async with self._database.look(call.principal) as connection:
            row = await found(connection, asked.track_id)
            if not is_owner(call.principal, row.user_id):
                raise NotFound("There is no track with this id.")
            played = await rows.days(connection, asked.track_id, first, last)
        days = [
            DayOfPlays(
                day=EPOCH + timedelta(days=day),
                plays=played[day].plays if day in played else 0,
                heard_s=played[day].heard_s if day in played else 0.0,
            )
            for day in range(first, last + 1)
        ]
        return Answer(PlaysOfTrack(track_id=asked.track_id, days=days))
