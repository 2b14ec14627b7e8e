"""A worker that does errands, one at a time."""

from origin.companion.assets.collecting import KIND, Collector
from packager.queue import lease
from packager.queue.claim import claim
from packager.queue.worker import Run
from tests.functional.api.packaging import LEASE_S, Packaging


async def collect(packaging: Packaging) -> bool:
    """Do the next errand that is due, as a worker does; False where there is none."""
    database = packaging.service.database
    async with database.change() as connection:
        held = await claim(connection, [KIND], worker="w", now_s=packaging.now_s, lease_s=LEASE_S)
    if held is None:
        return False
    done = await Collector(database.primary, packaging.service.store)(Run(held))
    async with database.change() as connection:
        await lease.succeed(connection, held, now_s=packaging.now_s)
        await done.record(connection)
    return True
