"""What a process says of itself while it is coming to its end.

It asks clients to take their next request elsewhere (``Connection: close`` on every answer), and,
where the whole server stops, tells load balancers that it is not ready. A process that others have
taken over from does not: the server behind the address is as ready as ever.
"""

from aiohttp import hdrs, web


class Draining:
    """Whether it has begun, and how; nothing is said as long as it has not."""

    def __init__(self) -> None:
        self.has_begun = False
        self.turns_away = False

    def begin(self, *, turn_away: bool) -> None:
        """Say so from now on."""
        self.has_begun = True
        self.turns_away = turn_away

    async def mark(self, _request: web.Request, response: web.StreamResponse) -> None:
        """Close the connection after this answer; a signal of ``on_response_prepare``."""
        if self.has_begun:
            response.force_close()
            response.headers[hdrs.CONNECTION] = "close"
