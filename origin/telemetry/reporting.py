"""A worker's reports to its supervisor: once a second, and one at the end.

They are also its signs of life.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from origin.beside import beside
from origin.supervision.orders import Orders
from origin.telemetry.metrics import Metrics

REPORT_EVERY_S: Final = 1.0


@asynccontextmanager
async def reporting(orders: Orders, metrics: Metrics) -> AsyncIterator[None]:
    """Report what is counted while the caller's block runs."""
    try:
        async with beside(_report(orders, metrics), "reports"):
            yield
    finally:
        orders.report(families=metrics.report())


async def _report(orders: Orders, metrics: Metrics) -> None:
    while True:
        await asyncio.sleep(REPORT_EVERY_S)
        orders.report(families=metrics.report())
