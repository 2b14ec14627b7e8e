"""Changes are told as soon as there is somebody to tell them to."""

import pytest
from redis.asyncio import Redis

from origin.cache.changes import CHANNEL
from origin.cache.running import telling
from origin.circuit import FAILURES_MAX
from tests.servers.valkey import Valkey

KEYS = ["entry/a.json", "entry/b.json"]
LATE_S = 3.0
"""How long telling may take at most where there is nobody, on a busy machine."""


@pytest.mark.usefixtures("patient")
async def test_a_cache_that_is_back_after_an_outage_is_told_of_the_next_change(
    cache: Valkey,
) -> None:
    """Many were lost; nobody waits for as long as what is read there is not looked for again."""
    async with telling(cache.url) as tell:
        cache.kill()
        for _ in range(2 * FAILURES_MAX):
            await tell(KEYS)
        cache.start()
        async with Redis.from_url(cache.url) as client, client.pubsub() as messages:
            await messages.subscribe(CHANNEL)
            assert await messages.get_message(timeout=LATE_S) is not None, "that it listens"
            await tell(KEYS)
            told = await messages.get_message(timeout=LATE_S)
    assert told is not None
    assert told["data"] == "\n".join(KEYS).encode()
