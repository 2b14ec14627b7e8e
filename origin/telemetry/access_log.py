"""One line for every request: JSON, or, where a person looks on, a few words.

At 30,000 requests a second a line may cost a microsecond or two, so its text is put together here
from parts, not by a log library: a part that is the same for many requests is made once
(``answer_part``, ``client_part``) and kept by whoever answers from memory.

No line holds a query, where players put session ids (CMCD) and others their secrets, nor a token:
``/t/{token}/...`` is logged as ``/t/-/...``, ``/opens/{token}/...`` likewise, and what looks like a
JWT is a dash wherever it is. What clients say of themselves is cut short.
"""

import json
import re
import time
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from typing import Final, Protocol

from origin.concealing import without_secrets

AT_ONCE_MS: Final = "0.0"
"""What is said of answers that were in memory: a tenth of a millisecond, at most."""
_METHOD_LENGTH: Final = 20
_PATH_LENGTH: Final = 900
_RANGE_LENGTH: Final = 100
_HOST_LENGTH: Final = 100
_PROTOCOL_LENGTH: Final = 10
_PLACE_LENGTH: Final = 30
_AGENT_LENGTH: Final = 200
"""So that a line, escapes and all, is one that a pipe takes in one piece (4,096 bytes)."""
_NEEDLESS: Final = re.compile(
    r"%(?:2[DE]|3[0-9]|4[1-9A-F]|5[0-9AF]|6[1-9A-F]|7[0-9AE])", re.IGNORECASE
)
"""Letters, digits, and ``-._~``."""
_TOKEN: Final = re.compile(r"(?:(?<=\A/t/)|(?<=\A/opens/))[^/]+")
"""A playback token where it belongs, good or not."""


class Lines(Protocol):
    """Where lines go."""

    def write(self, text: str, /) -> int:
        """Take one; this neither waits nor fails."""


def logged_path(path: str) -> str:
    """Return a path without secrets, and not too long.

    What is escaped without need is as it would be without (RFC 3986 §2.3): no secret hides so.
    """
    if "%" in path:
        path = _NEEDLESS.sub(lambda escape: chr(int(escape[0][1:], 16)), path)
    return without_secrets(_TOKEN.sub("-", path))[:_PATH_LENGTH]


def answer_part(
    method: str,
    path: str,
    status: int,
    sent_bytes: int,
    *,
    protocol: str | None = None,
    cache: str | None = None,
) -> str:
    """Return what a line says of an answer; ``path`` without its query.

    ``protocol`` is that of the request, ``cache`` where the answer was found (``places``).
    """
    return (
        f'"method":{_said(method, _METHOD_LENGTH)}'
        f',"path":{encode_basestring_ascii(logged_path(path))}'
        f',"protocol":{_said(protocol, _PROTOCOL_LENGTH)}'
        f',"status":{status},"sent_bytes":{sent_bytes},"cache":{_said(cache, _PLACE_LENGTH)}'
    )


def client_part(
    remote: str | None,
    user_agent: str | None,
    range_header: str | None = None,
    host: str | None = None,
) -> str:
    """Return what a line says of who asked, and which host they took us for."""
    return (
        f'"remote":{_said(remote, _RANGE_LENGTH)},"range":{_said(range_header, _RANGE_LENGTH)}'
        f',"host":{_said_of_host(host)},"user_agent":{_said(user_agent, _AGENT_LENGTH)}'
    )


class AccessLog:
    """The log of one process's requests; ``for_people`` says that a person looks on."""

    def __init__(self, lines: Lines, *, for_people: bool = False) -> None:
        self._write = lines.write
        self._for_people = for_people
        self._millisecond = 0
        self._moment = ""

    def log(self, answer: str, client: str, request_id: str, duration_ms: str = AT_ONCE_MS) -> None:
        """Log an answer, from parts; ``request_id`` and ``duration_ms`` are of a safe form."""
        millisecond = int(time.time() * 1000)
        if millisecond != self._millisecond:
            self._millisecond, self._moment = millisecond, _written(millisecond)
        if self._for_people:
            self._write(f"{self._moment} {_for_people(answer, client)} {duration_ms} ms\n")
            return
        self._write(
            f'{{"event":"request",{answer},"duration_ms":{duration_ms},{client},'
            f'"request_id":"{request_id}","level":"info","timestamp":"{self._moment}"}}\n'
        )


def _written(millisecond: int) -> str:
    second, rest = divmod(millisecond, 1000)
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(second))}.{rest:03d}Z"


def _for_people(answer: str, client: str) -> str:
    said = json.loads(f"{{{answer},{client}}}")
    who, what = said["remote"], f"{said['method']} {said['path']!r}"
    return f"{who} {what} {said['status']} {said['sent_bytes']} bytes"


@lru_cache(maxsize=256)
def _said_of_host(host: str | None) -> str:
    """Return what is said of a host: there are few, however many clients ask only once."""
    return _said(host, _HOST_LENGTH)


def _said(text: str | None, length: int) -> str:
    if text is None:
        return "null"
    return encode_basestring_ascii(without_secrets(text)[:length])
