"""The first line of a request: which method, which target, which version (RFC 9112 §3). Pure.

aiohttp's parser takes some lines that are none (two spaces, ``RTSP/1.1``, ``HTTP/2.0``, no version
at all), and calls all that it refuses by one name. So the line is read here first, and the parser
gets none but good ones, in the form that it knows.
"""

import re
from typing import Final, NamedTuple

from origin.delivery.authority import is_authority
from origin.delivery.errors import BadRequest, TargetTooLong, Unimplemented, VersionUnsupported

TARGET_BYTES_MAX: Final = 8190
_AROUND_TARGET_BYTES: Final = 32
"""More than a method and a version take."""
METHODS: Final = frozenset(
    {b"GET", b"HEAD", b"OPTIONS", b"POST", b"PUT", b"PATCH", b"DELETE", b"TRACE", b"QUERY"}
)
"""Those of RFC 9110 §9.3, RFC 5789 and draft-ietf-httpbis-safe-method-w-body, of which each
resource allows some.

CONNECT is none of them: it asks for a tunnel, which no resource of an origin server is (§9.3.6).
"""
_TOKEN: Final = rb"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_LINE: Final = re.compile(rb"(%b) ([\x21-\x7e]+)(?: ([\x21-\x7e]+))?" % _TOKEN)
_PLAIN: Final = re.compile(
    rb"(?:%b) /[\x21\x22\x24-\x7e]{0,%d} HTTP/1\.[01]" % (b"|".join(METHODS), TARGET_BYTES_MAX - 1)
)
"""Most lines: nothing more is to be said of them."""
_BEGUN: Final = re.compile(rb"%b(?: (?:[\x21-\x7e]+(?: [\x21-\x7e]*)?\r?)?)?|\r" % _TOKEN)
_VERSION: Final = re.compile(rb"HTTP/([0-9])\.([0-9])")
_METHOD: Final = re.compile(rb"(%b) " % _TOKEN)
_TOLD: Final = re.compile(rb"%b ([\x21-\x7e]+)(?: ([^\r\n]*))?\r\n" % _TOKEN)
_ABSOLUTE: Final = re.compile(rb"(https?://([^/?]*))(.*)", re.IGNORECASE)


class Asked(NamedTuple):
    """What is known of a request that is refused: None where that cannot be read.

    What stands for a method, and is none, may be anything: a piece of another's body, or a secret.
    """

    method: str | None = None
    path: str | None = None
    protocol: str | None = None


def asked_in(line: bytes) -> Asked:
    """Return what a line says, with its end if that has come, however wrong it is.

    A path is one only where all of it is there: a piece could hold a piece of a secret.
    """
    method, told = _METHOD.match(line), _TOLD.fullmatch(line)
    if method is None or method[1] not in METHODS:
        return Asked()
    if told is None:
        return Asked(method[1].decode())
    version = _VERSION.fullmatch(told[2] or b"")
    protocol = None if version is None else version[0].decode()
    return Asked(method[1].decode(), _path_in(told[1]), protocol)


def _path_in(target: bytes) -> str | None:
    absolute = _ABSOLUTE.fullmatch(target)
    path = re.split(b"[?#]", absolute[3] if absolute else target, maxsplit=1)[0]
    return path.decode() if path.startswith(b"/") else None


def read_line(line: bytes) -> bytes:
    """Return a line, without its end, as the parser is to read it.

    Raises BadRequest, TargetTooLong, Unimplemented or VersionUnsupported.
    """
    if _PLAIN.fullmatch(line):
        return line
    _require_length(line)
    found = _LINE.fullmatch(line)
    if found is None:
        raise BadRequest("The first line of what came is no request line.")
    method, target, version = found.groups()
    minor = _minor_version(version)
    if method not in METHODS:
        raise Unimplemented("The method of the request is none that is known here.")
    if len(target) > TARGET_BYTES_MAX:
        raise TargetTooLong
    return b"%b %b HTTP/1.%d" % (method, _read_target(method, target), minor)


def require_begun(begun: bytes) -> None:
    """Raise what is wrong already with a line that has not come to its end."""
    _require_length(begun)
    if not _BEGUN.fullmatch(begun):
        raise BadRequest("What came does not begin like a request.")


def _require_length(line: bytes) -> None:
    """Refuse what is too long, of which no more is looked at (RFC 9112 §3)."""
    if len(line) > TARGET_BYTES_MAX + _AROUND_TARGET_BYTES:
        if b" " in line[:_AROUND_TARGET_BYTES]:
            raise TargetTooLong
        raise Unimplemented("The method of the request is longer than any that is known here.")


def _minor_version(version: bytes | None) -> int:
    """Return it; a later one than ours is read as ours (RFC 9110 §2.5).

    A line without a version is one of HTTP/0.9.
    """
    found = _VERSION.fullmatch(version or b"HTTP/0.9")
    if found is None:
        raise BadRequest("The request names no version of HTTP.")
    if found[1] != b"1":
        raise VersionUnsupported
    return min(int(found[2]), 1)


def _read_target(method: bytes, target: bytes) -> bytes:
    """Return a target in one of the forms of RFC 9112 §3.2 in which it has a path, or is ``*``."""
    if b"#" in target:
        raise BadRequest("A fragment is for the client alone; leave out what begins with #.")
    if target.startswith(b"/"):
        return target
    is_options = method == b"OPTIONS"
    if target == b"*" and is_options:
        return target
    found = _ABSOLUTE.fullmatch(target)
    if found is None or not is_authority(found[2].decode()):
        raise BadRequest("The target of the request is no address of this server.")
    before, _, rest = found.groups()
    if rest.startswith(b"/"):
        return target
    if is_options and not rest:
        return b"*"  # RFC 9112 §3.2.4
    return b"%b/%b" % (before, rest)  # RFC 9110 §4.2.3
