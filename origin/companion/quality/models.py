"""What is said of how an asset was served."""

from datetime import date

from pydantic import Field

from origin.companion.api.models import Asked, Given, Id
from origin.companion.catalogue.words import Day


class QualityAsked(Asked):
    """Which days; the last 30, unless said otherwise, and 366 at most."""

    first: Day | None = Field(None, alias="from", description="The first day (UTC).")
    last: Day | None = Field(None, alias="to", description="The last day; today's, without it.")


class Bucket(Given):
    """What is not above a bound, and above the bound of the bucket before."""

    up_to: float | None = Field(description="The bound; null for all that is above the others.")
    count: int


class RungMedia(Given):
    """How much was asked for of one rung."""

    rung: str
    media_s: float


class Quality(Given):
    """What sessions noticed together, of those that are looked at.

    Buckets of several days can be added up, to read percentiles from them.
    """

    sessions: int = Field(description="Sessions that asked for a segment, and were looked at.")
    sessions_estimated: int = Field(
        description="So many there were in all, by the share that is looked at."
    )
    starvations: int = Field(description="How often a buffer ran empty.")
    starved_s: float = Field(description="For how long, as far as players told.")
    media_s: float = Field(description="Seconds of media that were asked for.")
    rebuffer_ratio: float | None = Field(
        description="`starved_s` by `starved_s` and `media_s` together; null without media."
    )
    rungs: list[RungMedia]
    startup_s: list[Bucket] = Field(
        description="Sessions by the time from their first request until one that tells of sound in"
        " the buffer."
    )
    rebuffer_ratios: list[Bucket] = Field(description="Sessions that ended, by their own ratio.")
    throughput_bps: list[Bucket] = Field(
        description="Segments by the throughput that players told with them, in bits per second."
    )


class DayOfQuality(Quality):
    """What sessions noticed on a day (UTC)."""

    day: date


class QualityOfAsset(Given):
    """How an asset was served: in all, and day by day, without days that had no session."""

    asset_id: Id
    total: Quality
    days: list[DayOfQuality]
