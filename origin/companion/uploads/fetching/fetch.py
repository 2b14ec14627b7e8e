"""Getting what is at a URL, as a stranger without a name: no cookies, no credentials, no proxy."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Final

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
    hdrs,
)
from yarl import URL

from origin.companion.uploads.fetching.addresses import is_public, literal
from origin.companion.uploads.fetching.resolver import (
    AddressRefused,
    Allowed,
    CheckedResolver,
    Lookup,
    look_up,
)
from packager.errors import SourceNotFound, StoreFailed

REDIRECTS_MAX: Final = 5
_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_GONE_FOR_GOOD: Final = range(400, 500)
_FOR_A_WHILE: Final = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
_READ_BYTES: Final = 256 * 1024
_TIMEOUT: Final = ClientTimeout(total=3600.0, sock_connect=10.0, sock_read=30.0)
_HEADERS: Final = {
    hdrs.ACCEPT: "audio/*, application/ogg, application/octet-stream;q=0.8, */*;q=0.1",
    hdrs.ACCEPT_ENCODING: "identity",
    hdrs.USER_AGENT: "soundbridge",
}


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a server sends; ``size_bytes`` is None where it does not say."""

    size_bytes: int | None
    content: AsyncIterator[bytes]


@dataclass(frozen=True, slots=True)
class Fetcher:
    """Gets what is at public addresses; what is allowed, and how names are resolved, is given."""

    is_allowed: Allowed = is_public
    lookup: Lookup = look_up
    timeout: ClientTimeout = _TIMEOUT

    @asynccontextmanager
    async def fetching(self, address: str) -> AsyncIterator[Fetched]:
        """Give the caller's block what is at a URL.

        Raises AddressRefused or SourceNotFound, which asking again does not mend, or StoreFailed;
        so does reading it.
        """
        connector = TCPConnector(
            resolver=CheckedResolver(self.lookup, self.is_allowed),
            use_dns_cache=False,
            force_close=True,
            limit=1,
        )
        async with ClientSession(
            connector=connector,
            cookie_jar=DummyCookieJar(),
            timeout=self.timeout,
            headers=_HEADERS,
            auto_decompress=False,
            trust_env=False,
        ) as session:
            try:
                response = await self._asked(session, address)
                yield Fetched(_length(response), _content(response))
            except (ClientError, OSError, TimeoutError) as error:
                raise _unread() from error

    async def _asked(self, session: ClientSession, address: str) -> ClientResponse:
        url = self._checked(address)
        for _ in range(REDIRECTS_MAX + 1):
            response = await session.get(url, allow_redirects=False)
            if response.status not in _REDIRECTS:
                return _checked_answer(response)
            response.close()
            try:
                target = url.join(URL(response.headers[hdrs.LOCATION]))
            except (KeyError, ValueError) as error:
                raise SourceNotFound("The server sends elsewhere, but not where.") from error
            url = self._checked(str(target))
        raise SourceNotFound(f"The server sends elsewhere more than {REDIRECTS_MAX} times.")

    def _checked(self, text: str) -> URL:
        """Return a URL that may be asked for; names are looked at when they are resolved."""
        try:
            url = URL(text)
            host = url.host
        except ValueError as error:
            raise SourceNotFound("This URL cannot be read. Check it.") from error
        if url.scheme not in {"http", "https"} or not host:
            raise SourceNotFound("Only http and https are fetched from. Upload the file instead.")
        if url.user is not None or url.password is not None:
            raise SourceNotFound("A URL with a name or password in it is not fetched from.")
        address = literal(host)
        # aiohttp asks no resolver about what has digits and dots alone, and 127.1 is loopback, too.
        is_strange = address is None and host.replace(".", "").isdigit()
        if is_strange or (address is not None and not self.is_allowed(address)):
            raise AddressRefused(host)
        return url


def _checked_answer(response: ClientResponse) -> ClientResponse:
    if response.status == HTTPStatus.OK:
        coding = response.headers.get(hdrs.CONTENT_ENCODING, "identity").lower()
        if coding != "identity":
            raise SourceNotFound(f"The server sends the file as {coding}, which was not asked for.")
        return response
    said = f"The server answers with {response.status}"
    if response.status in _GONE_FOR_GOOD and response.status not in _FOR_A_WHILE:
        raise SourceNotFound(f"{said}. Check the URL, and that everybody may read it.")
    raise StoreFailed(f"{said}. Try again later.")


def _length(response: ClientResponse) -> int | None:
    return response.content_length


async def _content(response: ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for part in response.content.iter_chunked(_READ_BYTES):
            yield part
    except (ClientError, OSError, TimeoutError) as error:
        raise _unread() from error


def _unread() -> StoreFailed:
    return StoreFailed(
        "The server cannot be reached, or did not send the file whole and in time. "
        "Check the URL, or upload the file."
    )
