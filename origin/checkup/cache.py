"""The cache that processes share: whether it answers, and what it does when it is full."""

from collections.abc import Sequence

from redis.exceptions import RedisError, ResponseError

from origin.cache.connection import connect
from origin.cache.errors import CacheUnusable
from origin.cache.room import advice
from origin.checkup.finding import Finding, fail, fine, sentence_of, warn
from origin.concealing import bare_url


async def look_at_cache(url: str) -> Sequence[Finding]:
    """Ask it how much it may hold."""
    try:
        client = connect(url)
    except CacheUnusable as error:
        return [fail(f"{sentence_of(error)}.", "Give --cache redis://host:6379/0.")]
    name = bare_url(url)
    try:
        await client.ping()
        memory = await client.info("memory")
    except ResponseError as error:
        return [warn(f"{name} answers, but not that: {sentence_of(error)}.", "Let it say INFO.")]
    except (RedisError, OSError) as error:
        return [
            fail(
                f"{name} does not answer: {sentence_of(error)}.",
                "See whether it runs and what its password is; until then, everything is read from"
                " the store.",
            )
        ]
    finally:
        await client.aclose()
    found = advice(memory)
    if found is not None:
        what, _, to_do = found.partition(": ")
        return [warn(f"{what}.", f"{to_do[:1].upper()}{to_do[1:]}")]
    return [fine(f"{name} answers, and parts with what is least used when it is full.")]
