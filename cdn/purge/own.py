"""What Varnish and nginx of ours have in common: both are asked at their own address."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from aiohttp import ClientSession, hdrs

from cdn.purge.asking import Answer, ask

SECRET_FIELD: Final = "X-Purge-Secret"  # noqa: S105 the name of a field


@dataclass(frozen=True, slots=True)
class OwnEdge:
    """One that is asked at ``place``, ``host:port``; ``host`` is what listeners ask it for.

    It is shown ``secret`` where there is one.
    """

    client: ClientSession
    place: str
    secret: str | None = field(default=None, repr=False)
    host: str | None = None

    async def ask(self, method: str, path: str, fields: Mapping[str, str]) -> Answer:
        """Send a request; raises PurgerUnreachable where nobody answers."""
        headers = dict(fields)
        if self.secret is not None:
            headers[SECRET_FIELD] = self.secret
        if self.host is not None:
            headers[hdrs.HOST] = self.host
        return await ask(self.client, method, f"http://{self.place}{path}", headers)
