"""An HTTP proxy in front of an S3 server that holds back some parts of objects, or refuses them."""

import asyncio
import threading
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Final

from aiohttp import ClientSession, DummyCookieJar, web
from yarl import URL

from tests.servers.seaweedfs import Bucket

_GIVE_UP_S: Final = 60.0
_HOP_BY_HOP: Final = frozenset({"connection", "transfer-encoding", "content-encoding"})


@dataclass
class Holding:
    """The bucket as it is reached through it; parts that ``is_late`` says wait for ``release``.

    Once ``refusal`` is set, parts that are late get that status. ``is_late`` is given the first
    and the last byte of a range.
    """

    bucket: Bucket
    is_late: Callable[[int, int], bool]
    refusal: int | None = None
    held: threading.Event = field(default_factory=threading.Event)
    released: threading.Event = field(default_factory=threading.Event)

    def release(self) -> None:
        """Let through what was held back, and all that comes."""
        self.released.set()


@contextmanager
def holding(behind: Bucket, is_late: Callable[[int, int], bool]) -> Iterator[Holding]:
    """Run it in a thread, in front of the server of ``behind``."""
    proxy = Holding(behind, is_late)
    loop = asyncio.new_event_loop()
    port, stop = loop.run_until_complete(_start(proxy, behind.endpoint))
    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    proxy.bucket = replace(behind, endpoint=f"http://127.0.0.1:{port}")
    try:
        yield proxy
    finally:
        proxy.release()
        asyncio.run_coroutine_threadsafe(stop(), loop).result(_GIVE_UP_S)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


async def _start(
    proxy: Holding, endpoint: str
) -> tuple[int, Callable[[], Coroutine[None, None, None]]]:
    session = ClientSession(auto_decompress=False, cookie_jar=DummyCookieJar())

    async def answer(request: web.Request) -> web.Response:
        if await _is_refused(proxy, request):
            return web.Response(status=proxy.refusal or 500)
        target = URL(endpoint + request.raw_path, encoded=True)
        async with session.request(
            request.method, target, headers=request.headers, data=await request.read()
        ) as found:
            kept = [(k, v) for k, v in found.headers.items() if k.lower() not in _HOP_BY_HOP]
            return web.Response(status=found.status, headers=kept, body=await found.read())

    app = web.Application(client_max_size=2**30)
    app.router.add_route("*", "/{path:.*}", answer)
    runner = web.AppRunner(app, auto_decompress=False)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()

    async def stop() -> None:
        await runner.cleanup()
        await session.close()

    return runner.addresses[0][1], stop


async def _is_refused(proxy: Holding, request: web.Request) -> bool:
    asked = request.http_range
    if request.method != "GET" or asked.start is None or asked.stop is None:
        return False
    if not proxy.is_late(asked.start, asked.stop - 1):
        return False
    proxy.held.set()
    deadline_s = asyncio.get_running_loop().time() + _GIVE_UP_S
    while not proxy.released.is_set() and proxy.refusal is None:
        if asyncio.get_running_loop().time() > deadline_s:
            return True
        await asyncio.sleep(0.02)
    return proxy.refusal is not None
