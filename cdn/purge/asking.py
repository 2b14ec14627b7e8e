"""One request to a CDN over HTTP, within its limits: what it answers, or why it did not.

This is where what aiohttp raises, and statuses, become errors of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Final

from aiohttp import ClientError, ClientSession, ClientTimeout, StreamReader, hdrs
from yarl import URL

from cdn.errors import PurgeDelayed, PurgeFailed, PurgerClosed, PurgeRefused, PurgerUnreachable
from cdn.retry_after import asked_pause_s

TIMEOUT: Final = ClientTimeout(total=30, connect=5)
ANSWER_BYTES_MAX: Final = 64 * 1024
_PAUSE_S_MAX: Final = 3_600.0
_SAID_MAX: Final = 300
_RESET: Final = "Fastly-RateLimit-Reset"
"""From which second of the epoch on Fastly takes more; it promises no Retry-After."""
_OUT_OF_TURN: Final = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY})
_CLOSED: Final = frozenset(
    {
        HTTPStatus.UNAUTHORIZED,
        HTTPStatus.FORBIDDEN,
        HTTPStatus.NOT_FOUND,
        HTTPStatus.METHOD_NOT_ALLOWED,
        HTTPStatus.NOT_IMPLEMENTED,
    }
)


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, header fields, and as much of the content as is read."""

    status: int
    headers: Mapping[str, str]
    content: bytes


async def ask(
    client: ClientSession,
    method: str,
    url: str,
    headers: Mapping[str, str],
    content: bytes | None = None,
) -> Answer:
    """Send a request as it is, following nothing; raises PurgerUnreachable where nobody answers."""
    try:
        async with client.request(
            method,
            URL(url, encoded=True),
            headers=headers,
            data=content,
            allow_redirects=False,
            timeout=TIMEOUT,
        ) as response:
            start = b"" if method == hdrs.METH_HEAD else await _start_of(response.content)
            return Answer(response.status, response.headers, start)
    except TimeoutError as error:
        raise PurgerUnreachable(f"{_host(url)} did not answer in time.") from error
    except (ClientError, OSError, ValueError) as error:
        reason = str(error) or type(error).__name__
        raise PurgerUnreachable(f"{_host(url)} cannot be reached: {reason}"[:_SAID_MAX]) from error


async def _start_of(stream: StreamReader) -> bytes:
    pieces, size = [], 0
    while size < ANSWER_BYTES_MAX:
        piece = await stream.read(ANSWER_BYTES_MAX - size)
        if not piece:
            break
        pieces.append(piece)
        size += len(piece)
    return b"".join(pieces)


def failure_of(name: str, answer: Answer, now: datetime | None = None) -> PurgeFailed | None:
    """Return what an answer means that is not a good one, None where it is. Pure, with ``now``."""
    status = answer.status
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return None
    pause_s = _pause_s(answer.headers, now or datetime.now(UTC))
    said = f"{name} answered {status}{_quoted(answer.content)}"
    if status == HTTPStatus.TOO_MANY_REQUESTS:
        return PurgeDelayed(said, pause_s)
    if status in _CLOSED:
        return PurgerClosed(f"{said} Look at its address, and at the secret in the environment.")
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _OUT_OF_TURN:
        return PurgerUnreachable(said, pause_s)
    return PurgeRefused(said)


def _pause_s(headers: Mapping[str, str], now: datetime) -> float:
    """Return for how long it asks to be left alone, an hour at most."""
    said = headers.get(hdrs.RETRY_AFTER)
    pause_s = _until_s(headers.get(_RESET), now) if said is None else asked_pause_s(said, now)
    return min(pause_s, _PAUSE_S_MAX)


def _until_s(reset: str | None, now: datetime) -> float:
    """Return for how long it is until a second of the epoch."""
    if reset is None or not (reset.isascii() and reset.isdecimal()):
        return 0.0
    return max(0.0, float(reset[:12]) - now.timestamp())


def _quoted(content: bytes) -> str:
    text = " ".join(content.decode(errors="replace").replace("\0", "").split())
    return f": {text[:_SAID_MAX]}" if text else "."


def _host(url: str) -> str:
    return URL(url, encoded=True).authority
