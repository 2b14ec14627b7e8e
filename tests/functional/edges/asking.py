"""Questions to an edge, each on a connection of its own."""

import http.client
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from typing import Final, Literal
from urllib.parse import urlsplit

from tests.functional.supervising import until
from tests.servers.edges.running import RunningEdge
from tests.servers.soundbridge import TIMEOUT_S

_AT_ONCE: Final = 100


@dataclass(frozen=True)
class Answer:
    """One answer; of fields that came several times, the values are in one list, as it is said."""

    status: int
    fields: dict[str, str]
    body: bytes

    @property
    def edge(self) -> str:
        """What the edge, the last of all caches, says that it did (RFC 9211)."""
        return self.fields["cache-status"].rpartition(", ")[2]

    @property
    def is_hit(self) -> bool:
        """Whether the edge had it."""
        return "; hit" in self.edge


def ask(url: str, path: str, *, method: str = "GET", **fields: str) -> Answer:
    """Ask for a path just as it is written; names of fields have underscores for hyphens.

    Raises:
        http.client.IncompleteRead: It ended before its end.
    """
    return send(url, path, None, method=method, **fields)


def send(url: str, path: str, body: bytes | None, *, method: str, **fields: str) -> Answer:
    """Ask with a body; see ``ask``."""
    named = {name.replace("_", "-"): value for name, value in fields.items()}
    address = urlsplit(url)
    assert address.hostname is not None
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=TIMEOUT_S)
    with closing(connection):
        connection.putrequest(method, path, skip_host="Host" in named, skip_accept_encoding=True)
        if body is not None:
            connection.putheader("Content-Length", str(len(body)))
        for name, value in named.items():
            connection.putheader(name, value)
        connection.endheaders(body)
        with connection.getresponse() as response:
            found: dict[str, str] = {}
            for name, value in response.getheaders():
                low = name.lower()
                found[low] = f"{found[low]}, {value}" if low in found else value
            return Answer(response.status, found, response.read())


def seen(
    edge: RunningEdge, path: str, is_so: Callable[[Answer], bool], **fields: str
) -> Literal[True]:
    """Wait until an answer is as it should be; to purge, or to keep, may take an edge a moment."""
    return until(lambda: is_so(ask(edge.url, path, **fields)))


def ask_at_once(url: str, path: str, times: int, **fields: str) -> list[Answer]:
    """Ask for the same from many connections at a time."""
    with ThreadPoolExecutor(_AT_ONCE) as asking:
        return list(asking.map(lambda _: ask(url, path, **fields), range(times)))
