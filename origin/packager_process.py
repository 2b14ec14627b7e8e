"""A packaging worker as a child of the server's supervisor, from which it takes its orders.

What packages is imported in that process alone: those that serve load no decoder.
"""

import asyncio
import socket

from origin.beside import beside
from origin.cache.connection import CacheUnusable
from origin.stores.opening import StoreUnusable
from origin.supervision.orders import Orders, from_supervisor, ignore_terminal
from origin.telemetry.metrics import Metrics
from origin.telemetry.process import log_stream
from origin.telemetry.reporting import reporting
from origin.work_settings import Settings


def be_packager(settings: Settings, _slot: int, end: socket.socket) -> None:
    """Be the packager: the process's own function."""
    ignore_terminal()
    with log_stream():
        asyncio.run(_supervised(settings, end))


async def _supervised(settings: Settings, end: socket.socket) -> None:
    from origin.database.engine import DatabaseUnusable  # noqa: PLC0415 as all that works
    from origin.working import work  # noqa: PLC0415

    metrics, stop = Metrics(), asyncio.Event()
    async with from_supervisor(end) as orders, reporting(orders, metrics):
        working = asyncio.create_task(
            work(settings, stop, on_ready=orders.say_ready, metrics=metrics)
        )
        try:
            async with beside(_pass_on(orders, stop, working), "orders to the packager"):
                await asyncio.wait({working})
            await working
        except asyncio.CancelledError:  # what it had in hand was given back
            if not orders.hurried.is_set():
                raise
        except (DatabaseUnusable, StoreUnusable, CacheUnusable) as error:
            orders.say_failed(str(error))


async def _pass_on(orders: Orders, stop: asyncio.Event, working: asyncio.Task[None]) -> None:
    await orders.ending()
    stop.set()
    await orders.hurried.wait()
    working.cancel()
