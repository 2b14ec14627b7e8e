"""Connections to servers that tests run in a thread; at the end, none is left open.

asyncio's own servers leave some: those accepted at the last moment, which nobody has begun to
serve, and those that are closed while what was written does not leave, its reader having gone away.
So connections are accepted here, each with the task that serves it, and aborted where their time
is over.
"""

import asyncio
import socket
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from typing import Any, Final

_BUFFER_BYTES: Final = 64 * 1024
_START_TIMEOUT_S: Final = 10

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Coroutine[Any, Any, None]]


@contextmanager
def connections(serve: Serve, host: str = "127.0.0.1", port: int = 0) -> Iterator[int]:
    """Serve every connection to a port of loopback, which is the value, for the caller's block."""
    accepting = _Accepting(serve, host, port)
    thread = threading.Thread(target=lambda: asyncio.run(accepting.run()))
    thread.start()
    assert accepting.ready.wait(_START_TIMEOUT_S)
    try:
        yield accepting.port
    finally:
        accepting.stop()
        thread.join()


@asynccontextmanager
async def opened(
    port: int | None = None, *, host: str = "127.0.0.1", accepted: socket.socket | None = None
) -> AsyncIterator[Streams]:
    """Talk to a port, or over what was accepted; what was written leaves, unless this is ended."""
    reader, writer = await asyncio.open_connection(
        None if accepted else host, port, sock=accepted, limit=_BUFFER_BYTES
    )
    try:
        yield reader, writer
        writer.close()
        await writer.wait_closed()
    finally:
        writer.transport.abort()
        with suppress(OSError):
            await writer.wait_closed()


class _Accepting:
    def __init__(self, serve: Serve, host: str, port: int) -> None:
        self._serve = serve
        self._host = host
        self._tasks: set[asyncio.Task[None]] = set()
        self.ready = threading.Event()
        self.port = port

    async def run(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._stopped = asyncio.Event()
        with socket.create_server((self._host, self.port)) as listening:
            listening.setblocking(False)
            self.port = listening.getsockname()[1]
            self._loop.add_reader(listening, self._accept, listening)
            self.ready.set()
            await self._stopped.wait()
            self._loop.remove_reader(listening)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stopped.set)

    def _accept(self, listening: socket.socket) -> None:
        connection, _ = listening.accept()
        task = asyncio.create_task(self._connected(connection))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        task.add_done_callback(lambda _: connection.close())  # a task may end before it begins

    async def _connected(self, connection: socket.socket) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            async with opened(accepted=connection) as (reader, writer):
                await self._serve(reader, writer)
