"""Which requests are plainly safe to answer without a parser's judgement. Pure.

A request is plain where nothing in it can be read in two ways, and where it asks for one object,
whole, on a connection that stays open: one line ``GET path HTTP/1.1``, header fields of the
strictest grammar (RFC 9112 §5), one Host, no body, no condition, no range but all of it. Players
and CDNs send little else. All others are for aiohttp, and so is every doubt.

A client sends the same header fields again and again, so what they mean is looked up by their
bytes (``KnownHeads``), and read only the first times. Where a few of them differ each time, as
those do in which CDNs name requests, the others are known by their lines.
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from cdn.cmcd.parse import FIELDS
from cdn.policy.coding import CODED, PLAIN, Coding
from origin.defence.forwarding import AddressField
from origin.delivery.authority import is_authority
from origin.delivery.encoding import negotiate
from origin.delivery.interned import Interned
from origin.telemetry.request_id import safe_request_id

HEAD_BYTES_MAX: Final = 4096
_FIELDS_MAX: Final = 64
_KNOWN_BYTES_MAX: Final = 4_000_000
_LINES_BYTES_MAX: Final = 1_000_000

END: Final = b"\r\n\r\n"
_LINE_END: Final = b"\r\n"
_FIELD: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x20-\x7e\t]*)")
ALL_OF_IT: Final = "bytes=0-"
"""How Chromium asks for everything that it plays by itself."""
_CODINGS: Final = tuple(Coding)
REPRESENTATIONS: Final = 2 * len(_CODINGS)
_DECIDING: Final = frozenset(
    {
        "content-encoding", "content-length", "content-type", "expect", "http2-settings",
        "if-match", "if-modified-since", "if-none-match", "if-range", "if-unmodified-since",
        "keep-alive", "max-forwards", "proxy-connection", "te", "trailer", "transfer-encoding",
        "upgrade",
    }
)  # fmt: skip
"""Fields that may change what a request means, or where it ends."""
_CREDENTIALS: Final = frozenset({"authorization", "cookie"})
_REPORTS: Final = frozenset(FIELDS)
_Field = tuple[str, str]


@dataclass(frozen=True, slots=True)
class PlainHead:
    """What the header fields of a plain request ask for.

    ``plain`` and ``compressible`` are the numbers of the representation that is wanted of an object
    of which there is only one, and of one that is offered compressed; None where none will do.
    ``has_credentials`` tells that it may say who asks, ``has_origin`` that a page of some site
    does, ``has_report`` that a player tells how it fares (CMCD). ``forwarded_for`` is what stands
    in the field in which proxies name their clients.
    ``host`` is for the log alone.
    """

    plain: int | None
    compressible: int | None
    user_agent: str | None
    forwarded_for: str | None = None
    request_id: str | None = None
    host: str | None = None
    has_credentials: bool = False
    has_origin: bool = False
    has_report: bool = False


def number_of(coding: Coding, *, in_part: bool) -> int:
    """Return the number of a representation sent as 200, or ``in_part``: as a 206 of all of it."""
    return 2 * _CODINGS.index(coding) + in_part


class KnownHeads:
    """The header fields of plain requests, by their bytes as they came.

    ``address_field`` is the one in which proxies name their clients.
    """

    def __init__(
        self,
        address_field: str = AddressField.X_FORWARDED_FOR,
        bytes_max: int = _KNOWN_BYTES_MAX,
    ) -> None:
        self._address_field = address_field.lower()
        self._heads: Interned[PlainHead | None] = Interned(bytes_max)
        self._lines: Interned[_Field | None] = Interned(_LINES_BYTES_MAX)

    def __len__(self) -> int:
        """How many are known."""
        return len(self._heads.known)

    def read(self, fields: bytes) -> PlainHead | None:
        """Return what they ask for; None where that is for a parser to say.

        Each has its line end, and an empty line is behind them.
        """
        try:
            return self._heads.known[fields]
        except KeyError:
            if not fields.endswith(END):  # not whole yet
                return None
            head = self._read(fields)
            self._heads.offer(fields, head)
            return head

    def _read(self, fields: bytes) -> PlainHead | None:
        lines, known = fields[: -len(END)].split(_LINE_END), self._lines.known
        if len(lines) > _FIELDS_MAX:
            return None
        found: dict[str, str] = {}
        for line in lines:
            try:
                field = known[line]
            except KeyError:
                field = _read_field(line)
                self._lines.offer(line, field)
            if field is None:
                return None
            found[field[0]] = field[1]
        if len(found) < len(lines) or "host" not in found:  # one comes twice
            return None
        return _head(
            found.get("accept-encoding"),
            found.get("range"),
            found.get("user-agent"),
            found.get(self._address_field),
            request_id=safe_request_id(found.get("x-request-id")),
            host=found["host"],
            has_credentials=not _CREDENTIALS.isdisjoint(found),
            has_origin="origin" in found,
            has_report=not _REPORTS.isdisjoint(found),
        )


def _read_field(line: bytes) -> _Field | None:
    """Return the lower-case name and the value of a field that is plain."""
    match = _FIELD.fullmatch(line)
    if match is None:
        return None
    name, value = match[1].lower().decode(), match[2].rstrip(b" \t").decode()
    return (name, value) if _is_plain(name, value) else None


def _is_plain(name: str, value: str) -> bool:
    match name:
        case "host":
            return is_authority(value)
        case "range":
            return value == ALL_OF_IT
        case "connection":
            return value.lower() == "keep-alive"
        case _:
            return name not in _DECIDING


@lru_cache(maxsize=1024)
def _head(
    accepted: str | None,
    part: str | None,
    user_agent: str | None,
    forwarded_for: str | None,
    *,
    request_id: str | None,
    host: str,
    has_credentials: bool,
    has_origin: bool,
    has_report: bool,
) -> PlainHead:
    """Return what fields ask for; the same object where they ask for the same."""
    plain, compressible = _wanted(accepted, in_part=part is not None)
    return PlainHead(
        plain,
        compressible,
        user_agent,
        forwarded_for,
        request_id,
        host,
        has_credentials,
        has_origin,
        has_report,
    )


@lru_cache(maxsize=256)
def _wanted(accepted: str | None, *, in_part: bool) -> tuple[int | None, int | None]:
    """Return the numbers of what is wanted of plain objects, and of compressible ones."""
    codings = (negotiate(accepted, offered) for offered in (PLAIN, CODED))
    plain, compressible = (
        None if coding is None else number_of(coding, in_part=in_part) for coding in codings
    )
    return plain, compressible
