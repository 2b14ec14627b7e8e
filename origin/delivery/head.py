"""Which requests are plainly safe to answer without a parser's judgement. Pure.

A request is plain where nothing in it can be read in two ways, and where it asks for one object,
whole, on a connection that stays open: one line ``GET path HTTP/1.1``, header fields of the
strictest grammar (RFC 9112 §5), one Host, no body, no condition, no range but all of it. Players
and CDNs send little else. All others are for aiohttp, and so is every doubt.

A client sends the same header fields again and again, so what they mean is looked up by their
bytes (``KnownHeads``), and read only the first time.
"""

import re
from dataclasses import dataclass
from typing import Final

from origin.defence.forwarding import AddressField
from origin.delivery.authority import is_authority
from origin.delivery.encoding import COMPRESSIBLE, PLAIN, Coding, negotiate
from origin.telemetry.request_id import safe_request_id

HEAD_BYTES_MAX: Final = 4096
_FIELDS_MAX: Final = 64
_KNOWN_MAX: Final = 4096

END: Final = b"\r\n\r\n"
_LINE_END_BYTES: Final = 2
_FIELD: Final = re.compile(rb"([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[ \t]*([\x20-\x7e\t]*)")
ALL_OF_IT: Final = "bytes=0-"
"""How Chromium asks for everything that it plays by itself."""
_CODINGS: Final = tuple(Coding)
_X_FORWARDED_FOR: Final = b"x-forwarded-for"
REPRESENTATIONS: Final = 2 * len(_CODINGS)
_DECIDING: Final = frozenset(
    {
        b"connection", b"content-encoding", b"content-length", b"content-type", b"expect",
        b"http2-settings", b"if-match", b"if-modified-since", b"if-none-match", b"if-range",
        b"if-unmodified-since", b"keep-alive", b"max-forwards", b"proxy-connection", b"te",
        b"trailer", b"transfer-encoding", b"upgrade",
    }
)  # fmt: skip
"""Fields that may change what a request means, or where it ends."""


@dataclass(frozen=True, slots=True)
class PlainHead:
    """What the header fields of a plain request ask for.

    ``plain`` and ``compressible`` are the numbers of the representation that is wanted of an object
    of which there is only one, and of one that is offered compressed; None where none will do.
    ``forwarded_for`` is what stands in the field in which proxies name their clients.
    """

    plain: int | None
    compressible: int | None
    user_agent: str | None
    forwarded_for: str | None = None
    request_id: str | None = None


def number_of(coding: Coding, *, in_part: bool) -> int:
    """Return the number of a representation sent as 200, or ``in_part``: as a 206 of all of it."""
    return 2 * _CODINGS.index(coding) + in_part


class KnownHeads:
    """The header fields of plain requests, by their bytes as they came.

    ``address_field`` is the one in which proxies name their clients.
    """

    def __init__(
        self, known_max: int = _KNOWN_MAX, address_field: str = AddressField.X_FORWARDED_FOR
    ) -> None:
        self._address_field = address_field.lower().encode()
        self._known: dict[bytes, PlainHead | None] = {}
        self._known_max = known_max

    def __len__(self) -> int:
        """How many are known."""
        return len(self._known)

    def read(self, fields: bytes) -> PlainHead | None:
        """Return what they ask for; None where that is for a parser to say."""
        try:
            return self._known[fields]
        except KeyError:
            if not fields.endswith(END):  # not whole yet
                return None
            if len(self._known) >= self._known_max:
                self._known.clear()
            head = self._known[fields] = read_head(fields, self._address_field)
            return head


def read_head(fields: bytes, address_field: bytes = _X_FORWARDED_FOR) -> PlainHead | None:
    """Read header fields, each with its line end, up to the empty line behind them."""
    if not fields.endswith(END):
        return None
    found = _fields(fields[:-_LINE_END_BYTES])
    if found is None or not is_authority(found.get(b"host", b"").decode()):
        return None
    asked = found.get(b"range")
    if asked is not None and asked.decode() != ALL_OF_IT:
        return None
    accepted = found.get(b"accept-encoding")
    coding = None if accepted is None else accepted.decode()
    return PlainHead(
        _wanted(coding, PLAIN, in_part=asked is not None),
        _wanted(coding, COMPRESSIBLE, in_part=asked is not None),
        _text(found, b"user-agent"),
        _text(found, address_field),
        safe_request_id(_text(found, b"x-request-id")),
    )


def _text(found: dict[bytes, bytes], name: bytes) -> str | None:
    value = found.get(name)
    return None if value is None else value.decode()


def _wanted(accepted: str | None, offered: tuple[Coding, ...], *, in_part: bool) -> int | None:
    coding = negotiate(accepted, offered)
    return None if coding is None else number_of(coding, in_part=in_part)


def _fields(text: bytes) -> dict[bytes, bytes] | None:
    """Return values by lower-case names; None where any line is of another form, or comes twice."""
    lines = text.split(b"\r\n")
    if lines.pop() != b"" or len(lines) > _FIELDS_MAX:
        return None
    found: dict[bytes, bytes] = {}
    for line in lines:
        match = _FIELD.fullmatch(line)
        if match is None:
            return None
        name, value = match[1].lower(), match[2].rstrip(b" \t")
        if name in found or not _is_harmless(name, value):
            return None
        found[name] = value
    return found


def _is_harmless(name: bytes, value: bytes) -> bool:
    return name not in _DECIDING or (name == b"connection" and value.lower() == b"keep-alive")
