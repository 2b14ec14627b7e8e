"""Taking in a picture: its bytes into a file, and a look at them by a child that may not hurt us.

One is looked at at a time in a process, which is what the memory of a child is measured by. Few may
wait for that, and of one user fewer still.
"""

import asyncio
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import IO, Final

from aiohttp import web

from origin.companion.uploads.receiving import check_coding, content_of
from origin.delivery.errors import (
    ContentTooLarge,
    MediaTypeUnsupported,
    RequestTimedOut,
    StoreUnavailable,
    TooManyRequests,
    Unprocessable,
)
from packager.errors import PackagingError, ReaderLost
from packager.sandbox.picture import PictureReader
from packager.source.cover import LEFT_OUT, ArtworkSet

TYPES: Final = ("image/jpeg", "image/png", "image/webp")
SIZE_BYTES_MAX: Final = 20 * 1024 * 1024
_ANY_TYPE: Final = "application/octet-stream"
_FIRST_BYTES: Final = 12
_RECEIVES_S: Final = 120.0
_BATCH_BYTES: Final = 512 * 1024
_OF_ALL_MAX: Final = 12
_OF_USER_MAX: Final = 2
_AGAIN_AFTER_S: Final = 5


class PictureUnusable(Unprocessable):
    """What was sent is no picture that can be shown."""

    code = "picture_unusable"


class Pictures:
    """Takes them in; ``reader`` makes what looks at one."""

    def __init__(self, reader: Callable[[], PictureReader] = PictureReader) -> None:
        self._reader = reader
        self._looking = asyncio.Semaphore(1)
        self._inside: Counter[str] = Counter()

    async def take(self, request: web.Request, user_id: str) -> ArtworkSet:
        """Return what becomes of a request's body.

        Raises PictureUnusable, ContentTooLarge, MediaTypeUnsupported, RequestTimedOut, BrokenOff,
        TooManyRequests, or StoreUnavailable where no child can be started.
        """
        check_coding(request)
        if request.content_type not in {*TYPES, _ANY_TYPE}:
            raise MediaTypeUnsupported(f"Send a picture here, as one of {', '.join(TYPES)}.")
        with self._place(user_id):
            async with _received(request) as path, self._looking:
                artwork = await self._looked_at(path)
        if not artwork.covers:
            why = "".join(artwork.notes[:1]).removeprefix(LEFT_OUT)
            raise PictureUnusable(f"This picture cannot be taken: {why or 'it is damaged.'}")
        return artwork

    @contextmanager
    def _place(self, user_id: str) -> Iterator[None]:
        if self._inside[user_id] >= _OF_USER_MAX or self._inside.total() >= _OF_ALL_MAX:
            raise TooManyRequests(_AGAIN_AFTER_S, "Too many pictures are being sent at once")
        self._inside[user_id] += 1
        try:
            yield
        finally:
            self._inside[user_id] -= 1
            if not self._inside[user_id]:
                del self._inside[user_id]

    async def _looked_at(self, path: Path) -> ArtworkSet:
        reader = self._reader()
        try:
            return await asyncio.to_thread(reader.read, path)
        except ReaderLost as error:
            raise StoreUnavailable("No picture can be looked at now; try again soon.") from error
        except PackagingError as error:
            raise PictureUnusable(str(error)) from error
        finally:
            reader.kill()  # the thread ends soon, where nobody waits for it any more


@asynccontextmanager
async def _received(request: web.Request) -> AsyncIterator[Path]:
    """Give the block a file with a request's body, which begins as a picture does."""
    if (request.content_length or 0) > SIZE_BYTES_MAX:
        raise _too_large()
    with tempfile.NamedTemporaryFile(prefix="soundbridge-picture-") as file:
        try:
            async with asyncio.timeout(_RECEIVES_S):
                await _receive(request, file.file)
        except TimeoutError as error:
            raise RequestTimedOut from error
        yield Path(file.name)


async def _receive(request: web.Request, file: IO[bytes]) -> None:
    batch, size_bytes, is_known = bytearray(), 0, False
    async for part in content_of(request):
        size_bytes += len(part)
        if size_bytes > SIZE_BYTES_MAX:
            raise _too_large()
        batch += part
        if not is_known and len(batch) >= _FIRST_BYTES:
            _check_first(batch)
            is_known = True
        if len(batch) >= _BATCH_BYTES:
            await asyncio.to_thread(_write, file, bytes(batch))
            batch.clear()
    if not is_known:
        _check_first(batch)
    await asyncio.to_thread(_write, file, bytes(batch))


def _write(file: IO[bytes], data: bytes) -> None:
    file.write(data)
    file.flush()


def _check_first(first: bytes | bytearray) -> None:
    """Raise PictureUnusable unless a file begins as JPEG, PNG or WebP do, whatever it is called."""
    is_webp = first.startswith(b"RIFF") and first[8:12] == b"WEBP"
    if not (is_webp or first.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"))):
        raise PictureUnusable("This is no JPEG, PNG or WebP picture. Export it as one of these.")


def _too_large() -> ContentTooLarge:
    return ContentTooLarge(f"A picture may have {SIZE_BYTES_MAX // 2**20} MB. Send a smaller one.")
