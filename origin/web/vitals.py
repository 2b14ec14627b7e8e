"""How quick the pages are for those who use them: what browsers measured, at ``POST /vitals``.

Beside ``/v1``, not in it: it is no resource of the API, and a server without one has the page, too.
What comes is a hint by strangers. So a beacon is small, says only what is in the tables here, and
has values that can be; what else it says is refused or kept within bounds, and beyond a number of
beacons a minute nobody is listened to. Nothing tells whose it was: no address, no agent, no path.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiohttp import web
from prometheus_client import Histogram

from origin.delivery.errors import (
    BadRequest,
    ContentTooLarge,
    Forbidden,
    MediaTypeUnsupported,
    TooManyRequests,
)
from origin.delivery.expectation import ask_for_body
from origin.telemetry.metrics import NAMESPACE, Metrics

PATH: Final = "/vitals"
PAGES: Final = frozenset({"home", "track", "upload", "mine"})
CONTENT_TYPE: Final = "text/plain"
"""What ``navigator.sendBeacon`` says of a string; it asks no other site before."""

BODY_BYTES_MAX: Final = 2048
MEASURED_MAX: Final = 10
BEACONS_A_MINUTE: Final = 600
"""For each process."""

_MINUTE_S: Final = 60
_LONGEST_S: Final = 60.0
_SHIFT_MAX: Final = 10.0
_TIMES_MS: Final = frozenset({"FCP", "LCP", "INP", "TTFB"})
_SHIFT: Final = "CLS"
_BUCKETS_S: Final = (
    0.05, 0.1, 0.2, 0.3, 0.5, 0.8, 1.0, 1.2, 1.8, 2.5, 4.0, 6.0, 10.0, 30.0,
)  # fmt: skip
_BUCKETS_SHIFT: Final = (0.0, 0.01, 0.02, 0.05, 0.1, 0.15, 0.25, 0.5, 1.0)


@dataclass(frozen=True, slots=True)
class Measured:
    """One value of one page: seconds, or, of ``CLS``, a share of what was in sight."""

    name: str
    value: float


def read_beacon(content: bytes) -> tuple[str, list[Measured]]:
    """Return which page it is about, and what was measured; raises BadRequest."""
    try:
        said = json.loads(content)
    except ValueError as error:  # UnicodeDecodeError is one, too
        raise BadRequest("The body is no JSON.") from error
    except RecursionError as error:
        raise BadRequest("The body is nested too deep.") from error
    page, values = _named(said)
    return page, [_measured(name, value) for name, value in values.items()]


def _named(said: object) -> tuple[str, Mapping[str, object]]:
    match said:
        case {"page": str(page), "values": dict(values), **rest} if not rest and page in PAGES:
            if 0 < len(values) <= MEASURED_MAX:
                return page, values
    raise BadRequest('Send {"page": ..., "values": {"LCP": ...}}, of a page of this server.')


def _measured(name: str, value: object) -> Measured:
    if name not in _TIMES_MS and name != _SHIFT:
        raise BadRequest(f"Known are {', '.join(sorted(_TIMES_MS))} and {_SHIFT}.")
    if isinstance(value, bool) or not isinstance(value, int | float) or not value >= 0:
        raise BadRequest("Values are numbers from 0 on.")
    if name == _SHIFT:
        return Measured(name, float(min(value, _SHIFT_MAX)))
    return Measured(name, min(value, _LONGEST_S * 1000) / 1000)


class Vitals:
    """Takes beacons, and counts what they say."""

    def __init__(self, metrics: Metrics, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._minute = 0
        self._taken = 0
        self._times_s = _histogram(
            metrics, "page_seconds", "What browsers measured of pages.", _BUCKETS_S, "metric"
        )
        self._shifts = _histogram(
            metrics, "page_layout_shift", "How much pages moved by themselves.", _BUCKETS_SHIFT
        )

    def add_route(self, app: web.Application) -> None:
        """Take them at ``PATH``."""
        app.router.add_post(PATH, self.take)

    async def take(self, request: web.Request) -> web.Response:
        """Count one beacon; raises ApiError where it is none of ours."""
        if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
            raise Forbidden("Only this server's own pages tell how quick they are.")
        if request.content_type != CONTENT_TYPE:
            raise MediaTypeUnsupported(f"Send a beacon as {CONTENT_TYPE}, as pages do.")
        self._require_room()
        page, measured = read_beacon(await _body(request))
        for each in measured:
            if each.name == _SHIFT:
                self._shifts.labels(page).observe(each.value)
            else:
                self._times_s.labels(page, each.name).observe(each.value)
        return web.Response(status=204, headers={"Cache-Control": "no-store"})

    def _require_room(self) -> None:
        minute = int(self._clock() // _MINUTE_S)
        if minute != self._minute:
            self._minute, self._taken = minute, 0
        self._taken += 1
        if self._taken > BEACONS_A_MINUTE:
            raise TooManyRequests(_MINUTE_S, "More pages tell how quick they are than are counted")


async def _body(request: web.Request) -> bytes:
    """Return the body; raises ContentTooLarge as soon as it is."""
    await ask_for_body(request)
    content = b""
    async for piece in request.content.iter_any():
        content += piece
        if len(content) > BODY_BYTES_MAX:
            raise ContentTooLarge(f"A beacon has at most {BODY_BYTES_MAX} bytes.")
    return content


def _histogram(
    metrics: Metrics, name: str, what: str, buckets: tuple[float, ...], *labels: str
) -> Histogram:
    options: dict[str, Any] = {"buckets": buckets, "registry": metrics.registry}
    return Histogram(name, what, ("page", *labels), namespace=NAMESPACE, **options)
