"""Jobs of the queue that a process of the API does itself, beside serving: small ones."""

import asyncio
import os
import random
import secrets
import socket
import time
from collections.abc import Mapping
from typing import Final

from origin.companion.database import Database
from packager.queue.worker import Handler, Surroundings, Worker

_NAME_BYTES: Final = 4
_POLL_S: Final = 5.0
_DRAIN_S: Final = 2.0


async def work_in_queue(
    database: Database, handlers: Mapping[str, Handler], *, poll_s: float = _POLL_S
) -> None:
    """Do jobs of these kinds, one at a time, until cancelled: then the one in hand is released."""
    around = Surroundings(
        transaction=database.primary.begin,
        name=f"{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(_NAME_BYTES)}"[:255],
        clock=time.time,
        chance=random.random,
        poll_s=poll_s,
        drain_s=_DRAIN_S,
    )
    await Worker(around, handlers, slots=1).run(asyncio.Event())
