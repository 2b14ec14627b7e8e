"""Getting what is at a URL, as a stranger without a name: no cookies, no credentials, no proxy."""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from aiohttp import (
    ClientConnectorError,
    ClientError,
    ClientResponse,
    ClientSession,
    InvalidURL,
    hdrs,
)
from yarl import URL

from origin.companion.outward.addresses import Network
from origin.companion.outward.client import public_client
from origin.companion.outward.resolver import Lookup, NotPublic, look_up
from origin.defence.deadlines import Deadlines, Pace
from packager.errors import SourceNotFound, StoreFailed

REDIRECTS_MAX: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE_FOR_GOOD: Final = range(400, 500)
_FOR_A_WHILE: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
_READ_BYTES: Final = 256 * 1024
_TOTAL_S: Final = 3600.0
_CONNECT_S: Final = 10.0
_READ_S: Final = 30.0
_HEAD_S: Final = 30.0
_HEADERS: Final = {
    hdrs.ACCEPT: "audio/*, application/ogg, application/octet-stream;q=0.8, */*;q=0.1",
    hdrs.USER_AGENT: "soundbridge",
}


class AddressRefused(SourceNotFound):
    """The URL leads into a network that is nobody's to ask in our name."""

    code = "address_refused"

    def __init__(self, where: object) -> None:
        super().__init__(
            f"{where} is at no public address, so nothing is fetched. Upload the file instead."
        )


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server sends; ``size_bytes`` is None where it does not say."""

    size_bytes: int | None
    content: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Gets what is at public addresses, and in networks that are allowed beside."""

    allowed: Sequence[Network] = ()
    lookup: Lookup = look_up
    total_s: float = _TOTAL_S
    head_s: float = _HEAD_S
    """How long a server may take to begin its answer, however many bytes of it come."""
    least: Deadlines = field(default_factory=Deadlines)
    """The rate below which a server is too slow, as it is for the body of a request."""

    @asynccontextmanager
    async def fetching(self, address: str) -> AsyncIterator[Fetched]:
        """Give the caller's block what is at a URL.

        Raises AddressRefused or SourceNotFound, which asking again does not mend, or StoreFailed;
        so does reading it.
        """
        session = public_client(
            self.allowed,
            total_s=self.total_s,
            connect_s=_CONNECT_S,
            read_s=_READ_S,
            at_once=1,
            lookup=self.lookup,
        )
        async with session:
            try:
                response = await _asked(session, address, self.head_s)
                with closing(response):  # whoever reads may not come to its end
                    _check_answer(response)
                    yield Fetched(response.content_length, _content(response, self.least))
            except ClientConnectorError as error:
                if isinstance(error.os_error, NotPublic):
                    raise AddressRefused(error.host) from error
                raise _unread() from error
            except InvalidURL as error:  # such as 127.1, which is loopback to some
                raise AddressRefused(error.url) from error
            except (ClientError, OSError, TimeoutError) as error:
                raise _unread() from error


async def _asked(session: ClientSession, address: str, head_s: float) -> ClientResponse:
    """Return the answer that is no redirect, which is the caller's to close."""
    url = _checked(address)
    for _ in range(REDIRECTS_MAX + 1):
        async with asyncio.timeout(head_s):
            response = await session.get(url, headers=_HEADERS, allow_redirects=False)
        if response.status not in _REDIRECTS:
            return response
        response.close()
        try:
            target = url.join(URL(response.headers[hdrs.LOCATION]))
        except (KeyError, ValueError) as error:
            raise SourceNotFound("The server sends elsewhere, but not where.") from error
        url = _checked(str(target))
    raise SourceNotFound(f"The server sends elsewhere more than {REDIRECTS_MAX} times.")


def _checked(text: str) -> URL:
    """Return a URL that may be asked for; where it leads is looked at when it is connected to."""
    try:
        url = URL(text)
        host = url.host
    except ValueError as error:
        raise SourceNotFound("This URL cannot be read. Check it.") from error
    if url.scheme not in {"http", "https"} or not host:
        raise SourceNotFound("Only http and https are fetched from. Upload the file instead.")
    if url.user is not None or url.password is not None:
        raise SourceNotFound("A URL with a name or password in it is not fetched from.")
    return url


def _check_answer(response: ClientResponse) -> None:
    if response.status == HTTPStatus.OK:
        coding = response.headers.get(hdrs.CONTENT_ENCODING, "identity").lower()
        if coding != "identity":
            raise SourceNotFound(f"The server sends the file as {coding}, which was not asked for.")
        return
    said = f"The server answers with {response.status}"
    if response.status in _GONE_FOR_GOOD and response.status not in _FOR_A_WHILE:
        raise SourceNotFound(f"{said}. Check the URL, and that everybody may read it.")
    raise StoreFailed(f"{said}. Try again later.")


async def _content(response: ClientResponse, least: Deadlines) -> AsyncIterator[bytes]:
    """Yield what comes; a server that sends a byte now and then holds a place that others need."""
    pace, position_bytes, content = Pace(time.monotonic(), 0), 0, response.content
    try:
        async for part in content.iter_chunked(_READ_BYTES):
            position_bytes += len(part)
            if pace.is_too_slow(time.monotonic(), position_bytes, least):
                raise _too_slow(least)
            yield part
    except (ClientError, OSError, TimeoutError) as error:
        raise _unread() from error


def _too_slow(least: Deadlines) -> StoreFailed:
    return StoreFailed(
        f"The server sends less than {least.least_rate_bytes_per_s} bytes a second. "
        "Try again later, or upload the file."
    )


def _unread() -> StoreFailed:
    return StoreFailed(
        "The server cannot be reached, or did not send the file whole and in time. "
        "Check the URL, or upload the file."
    )
