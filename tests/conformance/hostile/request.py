"""Requests that parsers read differently, or that are not what they seem, and what is said to them.

Each has the statuses of its answers, in order, by RFC 9110 and RFC 9112, and whether the connection
then takes another request.
"""

from dataclasses import dataclass

PAGE = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
BEGUN = b"GET / HTTP/1.1\r\nHost: x\r\n"
CHUNKED = BEGUN + b"Transfer-Encoding: chunked\r\n\r\n"
H2C = b"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: A\r\n"
WEBSOCKET = b"Connection: Upgrade\r\nUpgrade: websocket\r\n"


@dataclass(frozen=True)
class Hostile:
    """Pieces of data, of which most are one; ``stays`` says that a request behind is answered.

    ``says_so`` is whether the last answer can know that it is the last.
    """

    pieces: tuple[bytes, ...]
    statuses: tuple[int, ...]
    stays: bool = True
    says_so: bool = True

    @property
    def is_head(self) -> bool:
        """Whether what is refused is a HEAD."""
        return b"HEAD " in b"".join(self.pieces)

    def __str__(self) -> str:
        return f"{b' | '.join(self.pieces)!r}"[:120]


def page(*fields: bytes) -> bytes:
    """Return a request for the page with more fields."""
    return BEGUN + b"".join(field + b"\r\n" for field in fields) + b"\r\n"


def line(first: bytes, host: bytes = b"Host: x\r\n") -> bytes:
    """Return a request with another first line."""
    return first + b"\r\n" + host + b"\r\n"


def to(*statuses: int, stays: bool = True) -> "Said":
    return Said(statuses, stays)


@dataclass(frozen=True)
class Said:
    statuses: tuple[int, ...]
    stays: bool

    def __call__(self, *requests: bytes) -> list[Hostile]:
        """Return one case for each request."""
        return [Hostile((request,), self.statuses, self.stays) for request in requests]

    def in_pieces(self, *pieces: bytes) -> list[Hostile]:
        """Return one case of several pieces."""
        return [Hostile(pieces, self.statuses, self.stays)]


answered, not_found, last = to(200), to(404), to(200, stays=False)
refused, unimplemented = to(400, stays=False), to(501, stays=False)
other_version = to(505, stays=False)
