"""GETs of one turn of the loop as one MGET.

For a command, redis-py takes 60 microseconds of a processor, whatever it brings: as much as it
takes to hash a segment. While much is asked for, a turn of the loop has several misses, and each
value of eight that come together costs a third of that. Nobody waits for company: what is asked for
alone goes alone, in the same turn. What is large goes with few others: they come all or none.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Protocol

from redis.exceptions import InvalidResponse

if TYPE_CHECKING:
    from redis.asyncio import Redis

VALUES_MAX: Final = 8
"""Values of one command: with twice as many, each waits longer, and costs no less."""
COMMAND_BYTES_MAX: Final = 1024 * 1024


class Ask(Protocol):
    """Has a command done."""

    def __call__(
        self, command: Callable[[], Awaitable[Any]], size_bytes: int = 0, /
    ) -> Awaitable[Any]:
        """Return what it answers, which has so many bytes; raises Unanswered or Refused."""


class _Asked(NamedTuple):
    """A value that somebody waits for, and how large it should be."""

    name: str
    size_bytes: int
    answer: "asyncio.Future[object]"


class Gets:
    """Values that are asked for by name, a few with each command."""

    def __init__(self, client: "Redis", ask: Ask) -> None:
        self._client = client
        self._ask = ask
        self._waiting: list[_Asked] = []
        self._commands: set[asyncio.Task[None]] = set()

    async def get(self, name: str, size_bytes: int = 0) -> object:
        """Return a value of about that size, None where there is none; raises what ``Ask`` does."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._send)
        asked = _Asked(name, size_bytes, loop.create_future())
        self._waiting.append(asked)
        return await asked.answer

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, []
        for batch in _batches(waiting):
            command = asyncio.create_task(self._get(batch))
            self._commands.add(command)
            command.add_done_callback(self._commands.discard)

    async def _get(self, batch: Sequence[_Asked]) -> None:
        names = [asked.name for asked in batch]
        size_bytes = sum(asked.size_bytes for asked in batch)
        try:
            values = await self._ask(lambda: self._values(names), size_bytes)
        except Exception as error:  # noqa: BLE001 whatever it is, nobody may wait for ever
            for answer in _awaited(batch):
                answer.set_exception(error)
        except BaseException:
            for answer in _awaited(batch):
                answer.cancel()
            raise
        else:
            for asked, value in zip(batch, values, strict=True):
                if not asked.answer.done():
                    asked.answer.set_result(value)

    async def _values(self, names: list[str]) -> Sequence[object]:
        values = await self._client.mget(names)
        if len(values) != len(names):
            raise InvalidResponse(f"{len(values)} values for {len(names)} names")
        return values


def _batches(waiting: Sequence[_Asked]) -> Iterator[list[_Asked]]:
    """Part what is asked for into commands, which bring only so much each."""
    batch: list[_Asked] = []
    size_bytes = 0
    for asked in waiting:
        size_bytes += asked.size_bytes
        if batch and (len(batch) == VALUES_MAX or size_bytes > COMMAND_BYTES_MAX):
            yield batch
            batch, size_bytes = [], asked.size_bytes
        batch.append(asked)
    if batch:
        yield batch


def _awaited(batch: Sequence[_Asked]) -> list["asyncio.Future[object]"]:
    """Return what somebody still waits for."""
    return [asked.answer for asked in batch if not asked.answer.done()]
