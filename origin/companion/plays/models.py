"""What is said of plays."""

from datetime import date
from enum import StrEnum
from typing import Final

from pydantic import Field

from origin.companion.api.models import Asked, Given, Id, Taken
from origin.companion.catalogue.words import Day
from origin.companion.plays.rules import Reason
from origin.companion.plays.tickets import LENGTH_MAX

PLAYS_MAX: Final = 50
HEARD_S_MAX: Final = 86_400.0


class Beacon(Taken):
    """Somebody listens to a track: the first word of it, or how it goes on."""

    track_id: Id
    heard_s: float = Field(
        0.0,
        ge=0,
        le=HEARD_S_MAX,
        allow_inf_nan=False,
        description="Seconds that were heard since the ticket was given.",
    )
    ticket: str | None = Field(
        None, max_length=LENGTH_MAX, description="What the first beacon was answered with."
    )


class Beacons(Taken):
    """What a player has to tell, of one listener."""

    plays: list[Beacon] = Field(min_length=1, max_length=PLAYS_MAX)


class State(StrEnum):
    """What became of a beacon."""

    BEGUN = "begun"
    COUNTED = "counted"
    NOT_COUNTED = "not_counted"


class Outcome(Given):
    """What became of a beacon."""

    track_id: Id
    state: State
    ticket: str | None = Field(description="To be shown once enough was heard; where it has begun.")
    reason: Reason | None = Field(
        description="Why it does not count. After `too_short` and `busy`, the same ticket can come"
        " again."
    )


class Outcomes(Given):
    """What became of each beacon, in the order of the request."""

    plays: list[Outcome]


class PlaysAsked(Asked):
    """Which days of which track; the last 30, unless said otherwise, and 366 at most."""

    track_id: Id
    first: Day | None = Field(None, alias="from", description="The first day (UTC).")
    last: Day | None = Field(None, alias="to", description="The last day; today's, without it.")


class DayOfPlays(Given):
    """What was played on a day (UTC)."""

    day: date
    plays: int
    heard_s: float = Field(description="Seconds heard of plays that count, as players said.")


class PlaysOfTrack(Given):
    """How often a track was played, day by day, those without a play, too."""

    track_id: Id
    days: list[DayOfPlays]
