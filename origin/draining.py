"""How a process that serves comes to its end without anybody's request failing.

First it is *polite*: it goes on serving, and every answer asks its client to use another connection
next. A server that stops is polite for as long as its operator says (``delay_s``), with its
sockets open, for load balancers to see that it is not ready. A process that others have taken over
from accepts nothing more, and gives connections that are open a moment to hear of it: a client may
be sending just now what would get no answer if its connection were closed.

Then sockets and idle connections are closed, and what is under way has ``timeout_s`` to finish, be
it a request of which only half a head has come. An answer is finished when its last byte has left
for the network, which, with a client that takes its time, is long after its handler has ended:
aiohttp waits for handlers, we for bytes.
"""

import asyncio
import socket
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from typing import Final

from aiohttp import web

from origin.delivery.draining import Draining
from origin.drain_times import RETIRE_POLITE_S, DrainTimes
from origin.supervision.listeners import BACKLOG
from origin.supervision.orders import Ending, Orders

_LOOK_EVERY_S: Final = 0.05


class Accepting:
    """The sockets, by slot, and from which of them connections are accepted."""

    def __init__(
        self, connect: Callable[[], asyncio.BaseProtocol], listeners: Sequence[socket.socket]
    ) -> None:
        self._connect = connect
        self._listeners = listeners
        self._open: dict[int, asyncio.Server] = {}

    async def accept(self, slots: Collection[int]) -> None:
        """Accept from the sockets of these slots, and from no others."""
        for slot in [slot for slot in self._open if slot not in slots]:
            self._open.pop(slot).close()
        for slot in slots:
            if slot not in self._open:
                self._open[slot] = await self._listen(slot)

    async def _listen(self, slot: int) -> asyncio.Server:
        # A server that is closed closes its socket: it is given a copy, and the queue stays open.
        copy = self._listeners[slot].dup()
        try:
            return await asyncio.get_running_loop().create_server(
                self._connect, sock=copy, backlog=BACKLOG
            )
        except BaseException:
            copy.close()
            raise

    async def close(self) -> None:
        """Close the sockets themselves; they stay open while another process has them."""
        await self.accept(())
        for listener in self._listeners:
            listener.close()


async def drain(
    server: web.Server,
    accepting: Accepting,
    draining: Draining,
    orders: Orders,
    times: DrainTimes,
) -> None:
    """Come to the end that was ordered; closes all connections."""
    why = await orders.ending()
    draining.begin(turn_away=why is Ending.STOP)
    if why is Ending.STOP:
        await _until(lambda: False, orders.hurried, times.delay_s)
    await accepting.close()
    if why is Ending.RETIRE:
        polite_s = max(times.delay_s, RETIRE_POLITE_S)
        await _until(lambda: not server.connections, orders.hurried, polite_s)
    await _finish(server, orders.hurried, times.timeout_s)


async def _finish(server: web.Server, hurried: asyncio.Event, timeout_s: float) -> None:
    """Close idle connections; let answers leave, and then close theirs."""
    deadline_s = asyncio.get_running_loop().time() + timeout_s
    await asyncio.sleep(0)  # what was accepted last becomes a connection
    transports = [known.transport for known in server.connections if known.transport is not None]
    server.pre_shutdown()
    closing = asyncio.create_task(server.shutdown(timeout_s))
    try:
        await _until(closing.done, hurried, timeout_s)
    finally:
        closing.cancel()
        await asyncio.gather(closing, return_exceptions=True)
    rest_s = deadline_s - asyncio.get_running_loop().time()
    await _until(
        lambda: not any(transport.get_write_buffer_size() for transport in transports),
        hurried,
        rest_s,
    )
    for transport in transports:
        transport.abort()


async def _until(condition: Callable[[], bool], hurried: asyncio.Event, within_s: float) -> None:
    """Wait for a condition, for as long as there is time."""
    loop = asyncio.get_running_loop()
    end_s = loop.time() + within_s
    while not condition() and not hurried.is_set() and (rest_s := end_s - loop.time()) > 0:
        with suppress(TimeoutError):
            await asyncio.wait_for(hurried.wait(), min(rest_s, _LOOK_EVERY_S))
