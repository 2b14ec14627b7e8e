"""Packaging as a supervisor says: from a word that it is ready to the order to end."""

import asyncio
import socket

from origin.beside import beside
from origin.cache.errors import CacheUnusable
from origin.database.engine import DatabaseUnusable, bring_up_to_date
from origin.stores.opening import StoreUnusable
from origin.supervision.orders import Orders, from_supervisor
from origin.telemetry.metrics import Metrics
from origin.telemetry.reporting import reporting
from origin.work_settings import Settings
from origin.working import work


async def package_as_told(settings: Settings, end: socket.socket) -> None:
    """Package what is queued until the supervisor says so, at the other end of a channel."""
    metrics, stop = Metrics(), asyncio.Event()
    async with from_supervisor(end) as orders, reporting(orders, metrics):
        working = asyncio.create_task(_work(settings, orders, stop, metrics))
        try:
            async with beside(_pass_on(orders, stop, working), "orders to the packager"):
                await asyncio.wait({working})
            await working
        except asyncio.CancelledError:  # what it had in hand was given back
            if not orders.hurried.is_set():
                raise
        except (DatabaseUnusable, StoreUnusable, CacheUnusable) as error:
            orders.say_failed(str(error))


async def _work(settings: Settings, orders: Orders, stop: asyncio.Event, metrics: Metrics) -> None:
    await bring_up_to_date(settings.state, settings.database, busy=orders.preparing)
    await work(settings, stop, on_ready=orders.say_ready, metrics=metrics)


async def _pass_on(orders: Orders, stop: asyncio.Event, working: asyncio.Task[None]) -> None:
    await orders.ending()
    stop.set()
    await orders.hurried.wait()
    working.cancel()
