"""Objects from an HTTP server, as a player would ask for them."""

import asyncio
from typing import Final, Self
from urllib.parse import urldefrag, urljoin, urlsplit

import aiohttp

from manifests.validate.delivery import Delivery, ObjectKind, Outcome
from origin.inspection.source import (
    CONCURRENCY,
    ENDS_EARLY,
    OBJECT_LIMIT_BYTES,
    OBJECT_TIMEOUT_S,
    ByteSpan,
    Fetched,
    not_read,
)

_CONNECT_TIMEOUT_S: Final = 10.0
_REDIRECTS: Final = 5
_CHUNK_BYTES: Final = 64 << 10
_OK: Final = 200
_PARTIAL_CONTENT: Final = 206


class _TooLarge(Exception):
    """The body goes on beyond the limit."""


class HttpSource:
    """Reads over HTTP and HTTPS; ``aclose`` closes its connections."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        # Waiting here, not in the connection pool, keeps the wait out of the request's timeout.
        self._gate = asyncio.Semaphore(CONCURRENCY)

    @classmethod
    def connect(cls) -> Self:
        """Open a client; call it where an event loop runs."""
        timeout = aiohttp.ClientTimeout(total=OBJECT_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S)
        return cls(
            aiohttp.ClientSession(
                timeout=timeout,
                headers={"User-Agent": "soundbridge-validate"},
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        )

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def read(
        self, reference: str, *, base: str, kind: ObjectKind, span: ByteSpan | None = None
    ) -> Fetched:
        """Fetch one object; see ``Source.read``."""
        try:
            url = urldefrag(urljoin(base, reference)).url
            scheme = urlsplit(url).scheme
        except ValueError as error:
            return not_read(reference, kind, Outcome.REFUSED, f"its URI is malformed: {error}")
        if scheme not in {"http", "https"}:
            problem = f"it is not an HTTP resource but {scheme}:"
            return not_read(reference, kind, Outcome.REFUSED, problem)
        try:
            async with self._gate:
                return await self._get(url, kind, span)
        except _TooLarge:
            problem = f"it is larger than {OBJECT_LIMIT_BYTES >> 20} MiB"
        except TimeoutError:
            problem = f"the server took longer than {OBJECT_TIMEOUT_S:g} s"
        except aiohttp.ClientConnectorError as error:
            reason = error.os_error.strerror or str(error.os_error)
            problem = f"there is no connection to {error.host}:{error.port} ({reason})"
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # ValueError: hosts and ports that the URL grammar allows and no resolver does.
            problem = str(error) or type(error).__name__
        return not_read(url, kind, Outcome.FAILED, problem)

    async def _get(self, url: str, kind: ObjectKind, span: ByteSpan | None) -> Fetched:
        headers = _headers(kind, span)
        async with self._session.get(url, headers=headers, max_redirects=_REDIRECTS) as response:
            problem = _refusal(response, span)
            if problem:
                return not_read(url, kind, Outcome.FAILED, problem)
            data = await _body(response)
            if span is not None and len(data) != span.size_bytes:
                return not_read(url, kind, Outcome.FAILED, ENDS_EARLY)
            delivery = Delivery(
                uri=url,
                kind=kind,
                size_bytes=len(data),
                media_type=response.headers.get("Content-Type", "").partition(";")[0].lower(),
                content_encoding=response.headers.get("Content-Encoding"),
                redirects=len(response.history),
            )
            return Fetched(delivery, data, base=str(response.url))


def _headers(kind: ObjectKind, span: ByteSpan | None) -> dict[str, str]:
    # Compressed media would make sizes, and thereby bandwidths, meaningless.
    headers = {"Accept-Encoding": "gzip" if kind is ObjectKind.PLAYLIST else "identity"}
    if span is not None:
        headers["Range"] = f"bytes={span.start_bytes}-{span.end_bytes - 1}"
    return headers


def _refusal(response: aiohttp.ClientResponse, span: ByteSpan | None) -> str:
    """Return why the answer is not the object, or an empty text where it is."""
    expected = _OK if span is None else _PARTIAL_CONTENT
    if response.status == expected:
        return ""
    if span is not None and response.status == _OK:
        return "the server ignored the byte range and sent everything"
    return f"the server answered {response.status} {response.reason or ''}".rstrip()


async def _body(response: aiohttp.ClientResponse) -> bytes:
    data = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK_BYTES):
        data += chunk
        if len(data) > OBJECT_LIMIT_BYTES:
            raise _TooLarge
    return bytes(data)
