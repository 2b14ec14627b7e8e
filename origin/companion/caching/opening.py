"""Kept answers, for as long as a process serves."""

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from origin.beside import kept_beside
from origin.cache.tell import Tell
from origin.companion.caching.answers import Answers
from origin.companion.caching.following import Following
from origin.companion.caching.shared import SharedAnswers
from origin.companion.database import Database
from origin.companion.plays.shared import Shared


@asynccontextmanager
async def open_answers(database: Database, cache: str | None, tell: Tell) -> AsyncIterator[Answers]:
    """Give the block what keeps answers, in the Redis at ``cache``, too; changes are told by it.

    Raises CacheUnusable.
    """
    following = Following(database)
    async with AsyncExitStack() as opened:
        shared = None
        if cache is not None:
            from origin.cache.changes import listen  # noqa: PLC0415 where there is a cache
            from origin.cache.connection import Connection, connect  # noqa: PLC0415 see above

            client = connect(cache)
            opened.push_async_callback(client.aclose)
            secret = Shared(database, secrets.token_bytes)
            shared = SharedAnswers(Connection(client), secret.key)
            hearing = partial(listen, client, following)
            await opened.enter_async_context(kept_beside(hearing, "changes of rows"))
        await opened.enter_async_context(kept_beside(following.run, "answers follow events"))
        answers = Answers(following, shared, tell=tell)
        opened.push_async_callback(answers.close)
        yield answers
