"""Handing figures of assets to a process that has a database, over the Redis that they share.

Whoever serves without a database puts what it has added up into a list there, every few seconds
and at its end; whoever has one takes it out (``receive``), each piece once. Redis is an
accelerator: it may lose the list, and one that nobody takes from ends with the day. Figures that
cannot be put there are held, and put once it is back.
"""

import asyncio
import json
import math
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any, Final, cast

from manifests.layout import ID_PATTERN
from origin.beside import kept_beside
from origin.cache.errors import Refused, Unanswered
from origin.quality.sums import BUCKET_LENGTH_MAX, MEASURE_LENGTH_MAX, DaysOfAssets, DaySums

if TYPE_CHECKING:
    from origin.cache.connection import Connection

EVERY_S: Final = 5.0
LIST: Final = "soundbridge:1:quality"
PIECES_MAX: Final = 500
"""Beyond, the oldest are gone."""
_ASSETS_OF_PIECE: Final = 100
_KEPT_S: Final = 86_400
_AT_ONCE: Final = 20
_AT_END_S: Final = 1.0
_DAY_MAX: Final = 1_000_000
_ASSET: Final = re.compile(ID_PATTERN)


def packed(days: DaysOfAssets) -> bytes:
    """Return figures as a piece of the list."""
    said = [
        [asset_id, day, [[*key, number] for key, number in figures.items()]]
        for (asset_id, day), figures in days.items()
    ]
    return json.dumps(said, separators=(",", ":")).encode()


def unpacked(piece: bytes) -> DaysOfAssets:
    """Return what a piece says; what another version may have meant by it is left out."""
    days: DaysOfAssets = {}
    with suppress(ValueError, TypeError, OverflowError, RecursionError):
        for asset_id, day, figures in json.loads(piece):
            if _ASSET.fullmatch(asset_id) and _is_number(day) and 0 <= day < _DAY_MAX:
                days[asset_id, int(day)] = {
                    (measure, bucket): float(number)
                    for measure, bucket, number in figures
                    if _is_figure(measure, bucket, number)
                }
    return days


def _is_figure(measure: Any, bucket: Any, number: Any) -> bool:
    return (
        isinstance(measure, str)
        and isinstance(bucket, str)
        and 0 < len(measure) <= MEASURE_LENGTH_MAX
        and len(bucket) <= BUCKET_LENGTH_MAX
        and "\0" not in measure + bucket
        and _is_number(number)
        and number >= 0
    )


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


@asynccontextmanager
async def forwarding(cache: str, sums: DaySums) -> AsyncIterator[None]:
    """Hand over what is added up while the caller's block runs, and what is left at its end."""
    from origin.cache.connection import Connection, connect  # noqa: PLC0415 only there

    connection = Connection(connect(cache))
    try:
        async with kept_beside(lambda: _keep_handing(connection, sums), "figures handed over"):
            yield
        with suppress(TimeoutError):
            await asyncio.wait_for(hand_over(connection, sums), _AT_END_S)
    finally:
        await connection.client.aclose()


async def _keep_handing(connection: "Connection", sums: DaySums) -> None:
    while True:
        await asyncio.sleep(EVERY_S)
        await hand_over(connection, sums)


async def hand_over(connection: "Connection", sums: DaySums) -> None:
    """Put what is held into the list; what cannot be put is held as before.

    A piece of which no answer came in time may be there, and counts once: it is not put again.
    """
    from origin.cache.connection import Trouble, trouble_of  # noqa: PLC0415 only there

    days = sums.take()
    try:
        while days:
            piece = {day: days.pop(day) for day in list(days)[:_ASSETS_OF_PIECE]}
            data = packed(piece)
            try:
                await connection.ask(partial(_put, connection, data), len(data))
            except (Unanswered, Refused) as error:
                if trouble_of(error) is not Trouble.LATE:
                    sums.give_back(piece)
                return
    finally:
        sums.give_back(days)


async def _put(connection: "Connection", piece: bytes) -> None:
    async with connection.client.pipeline(transaction=False) as pipeline:
        pipeline.rpush(LIST, piece)
        pipeline.ltrim(LIST, -PIECES_MAX, -1)
        pipeline.expire(LIST, _KEPT_S)
        await pipeline.execute()


async def receive(connection: "Connection", sums: DaySums) -> None:
    """Take out of the list what is there, as far as there is room for it."""
    while len(sums) < _ASSETS_OF_PIECE * _AT_ONCE:
        try:
            pieces = await connection.ask(lambda: connection.client.lpop(LIST, _AT_ONCE))
        except (Unanswered, Refused):
            return
        for piece in cast("list[bytes]", pieces or []):
            sums.give_back(unpacked(piece))
            await asyncio.sleep(0)  # each takes the loop a while
        if not pieces:
            return


@asynccontextmanager
async def receiving(cache: str | None, sums: DaySums) -> AsyncIterator[None]:
    """Take what others hand over while the caller's block runs."""
    if cache is None:
        yield
        return
    from origin.cache.connection import Connection, connect  # noqa: PLC0415 only there

    connection = Connection(connect(cache))

    async def keep_receiving() -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            await receive(connection, sums)

    try:
        async with kept_beside(keep_receiving, "figures received"):
            yield
    finally:
        await connection.client.aclose()
