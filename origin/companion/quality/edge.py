"""What players told a CDN, as its log has it, over HTTP."""

from collections.abc import Sequence
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from pydantic import Field

from origin.companion.api.endpoint import Answer, Call, Endpoint, Who
from origin.companion.api.models import NoQuery, Taken
from origin.companion.identity.principal import Role, Scope
from origin.delivery.errors import NotFound, TooManyRequests

if TYPE_CHECKING:
    from origin.quality.intake import Intake

REPORTS_MAX: Final = 500
BODY_BYTES_MAX: Final = 1024 * 1024
_EARLIEST_S: Final = 3 * 86_400.0
_LATEST_S: Final = 300.0
"""Clocks differ."""
_AGAIN_AFTER_S: Final = 2
_OPERATORS: Final = Who(Role.ADMIN, Scope.PLAYS)


class EdgeReport(Taken):
    """A request that an edge answered, and what its player told with it."""

    at: float = Field(description="When, in seconds since the epoch.", ge=0, le=1e11)
    url: str = Field(description="Path and query, as the log has them.")
    fields: str | None = Field(
        None,
        description="The values of the header fields `CMCD-Object`, `CMCD-Request`, `CMCD-Session`"
        " and `CMCD-Status`, with commas between; they count where the query tells nothing.",
    )


class EdgeReports(Taken):
    """A piece of a log."""

    reports: list[EdgeReport] = Field(min_length=1, max_length=REPORTS_MAX)


class EdgeLog:
    """The endpoint; ``intake`` is None where nothing that players tell is looked at."""

    def __init__(self) -> None:
        self.intake: Intake | None = None

    def endpoints(self) -> Sequence[Endpoint]:
        """Return what there is."""
        return [
            Endpoint(
                method="POST", path="/v1/cmcd", name="tellEdgeReports", tag="assets",
                summary="Tell what players told a CDN", handle=self.tell, who=_OPERATORS,
                body=EdgeReports, body_bytes_max=BODY_BYTES_MAX, status=HTTPStatus.ACCEPTED,
                raises=(NotFound, TooManyRequests),
            ),
        ]  # fmt: skip

    async def tell(self, call: Call[NoQuery, EdgeReports]) -> Answer:
        """By a piece of its log, for operators: what an edge answers never comes here by itself.

        Send a session's requests in their order, one piece after the other on one connection, as
        each worker reads by itself, and each once; nothing is known of whether a piece came before.
        Leave out what was not answered with 200, 206 or 304: it may name what is not there. What
        tells nothing by CMCD is passed over, whatever its client wrote there, and what is not of
        the last three days. Where more comes than is read in time, send the piece again after
        `Retry-After`. What comes to this server, too, counts twice: have the CDN leave CMCD out of
        what it asks for itself.
        """
        intake = self.intake
        if intake is None:
            raise NotFound("Nothing that players tell is looked at here: see --cmcd-sample.")
        earliest_s, latest_s = call.now_s - _EARLIEST_S, call.now_s + _LATEST_S
        recent = (each for each in call.body.reports if earliest_s <= each.at <= latest_s)
        reports = sorted(recent, key=lambda report: report.at)
        if intake.room_left < len(reports):
            raise TooManyRequests(_AGAIN_AFTER_S, "More reports came than are read in time")
        for report in reports:
            intake.note_edge(report.at, report.url.encode(), (report.fields or "").encode())
        return Answer(status=HTTPStatus.ACCEPTED)
