"""What the header fields of a request have to say, beyond what aiohttp's parser asks. Pure.

Of what the parser lets pass, this is refused where another server in the way could take it for
something else: names that are no hosts, and messages that end where nobody can know (RFC 9112 §6).
"""

from typing import TYPE_CHECKING, Final

from aiohttp import HttpVersion11, hdrs
from multidict import CIMultiDict, CIMultiDictProxy

from origin.delivery.authority import is_authority
from origin.delivery.errors import BadRequest, ExpectationFailed, Unimplemented
from origin.delivery.expectation import CONTINUE

if TYPE_CHECKING:
    from aiohttp.http import RawRequestMessage

_CHUNKED: Final = "chunked"
_CLOSE: Final = "close"
_LENGTH_DIGITS_MAX: Final = 18
"""They fit 63 bits."""


def judged(message: "RawRequestMessage") -> "RawRequestMessage":
    """Return a request as it is to be answered, or raise what stands against it."""
    _require_host(message)
    _require_framing(message)
    return _without_expectation(_with_close(_with_host(message)))


def _members(message: "RawRequestMessage", name: str) -> list[str]:
    """Return the members of a list (RFC 9110 §5.6.1), in lower case, over all lines of a field."""
    lines = message.headers.getall(name, ())
    members = (member.strip(" \t").lower() for line in lines for member in line.split(","))
    return [member for member in members if member]


def _require_host(message: "RawRequestMessage") -> None:
    """Ask for a host that is one (RFC 9112 §3.2).

    It may be empty where the target has its own, which counts (§3.2.2), and in HTTP/1.0, which
    needs none. Else the target would have no authority (§3.3), and there is no default for it.
    """
    host = message.headers.get(hdrs.HOST, "")
    if host:
        is_good = is_authority(host)
    else:
        is_good = message.version < HttpVersion11 or not message.path.startswith(("/", "*"))
    if not is_good:
        raise BadRequest("Host names no host.")


def _with_host(message: "RawRequestMessage") -> "RawRequestMessage":
    """Let the host of a target that has one count, whatever Host says (RFC 9112 §3.2.2)."""
    if message.path.startswith(("/", "*")):
        return message
    headers = CIMultiDict(message.headers)
    headers[hdrs.HOST] = message.url.authority
    return message._replace(headers=CIMultiDictProxy(headers))


def _require_framing(message: "RawRequestMessage") -> None:
    """Refuse transfer codings but one (RFC 9112 §6.1), of which HTTP/1.0 knows nothing.

    And sizes that no body has: servers make other ones of what they have no room for (RFC 9110
    §8.6), aiohttp's parser none at all of 2^64 - 1.
    """
    if len(message.headers.get(hdrs.CONTENT_LENGTH, "")) > _LENGTH_DIGITS_MAX:
        raise BadRequest("Content-Length names a size that no body has.")
    if hdrs.TRANSFER_ENCODING not in message.headers:
        return
    codings = _members(message, hdrs.TRANSFER_ENCODING)
    if message.version < HttpVersion11 or not message.chunked:
        raise BadRequest("Nobody can tell where this request ends: see its Transfer-Encoding.")
    if codings != [_CHUNKED]:
        raise Unimplemented("No transfer coding but chunked is known here.")


def _with_close(message: "RawRequestMessage") -> "RawRequestMessage":
    """Let ``close`` count, whatever else is said beside it (RFC 9112 §9.3, §9.6)."""
    if message.should_close or hdrs.CONNECTION not in message.headers:
        return message
    if _CLOSE not in _members(message, hdrs.CONNECTION):
        return message
    return message._replace(should_close=True)


def _without_expectation(message: "RawRequestMessage") -> "RawRequestMessage":
    """Leave it to whoever reads the body to ask for it (``expectation``).

    aiohttp would ask before there is a handler. HTTP/1.0 knows no expectations (RFC 9110 §10.1.1).
    """
    if hdrs.EXPECT not in message.headers:
        return message
    expected = _members(message, hdrs.EXPECT)
    if not expected:
        return message
    if message.version >= HttpVersion11 and set(expected) != {CONTINUE}:
        raise ExpectationFailed
    headers = CIMultiDict(message.headers)
    del headers[hdrs.EXPECT]
    return message._replace(headers=CIMultiDictProxy(headers))
