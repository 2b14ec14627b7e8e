"""GETs of one turn of the loop as one MGET.

For a command, redis-py takes 60 microseconds of a processor, whatever it brings: as much as it
takes to hash a segment. While much is asked for, a turn of the loop has several misses, and each
value of eight that come together costs a third of that. Nobody waits for company: what is asked for
alone goes alone, in the same turn.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from redis.exceptions import InvalidResponse

if TYPE_CHECKING:
    from redis.asyncio import Redis

VALUES_MAX: Final = 8
"""Values of one command: with twice as many, each waits longer, and costs no less."""
Ask = Callable[[Callable[[], Awaitable[Any]]], Awaitable[Any]]
"""Has a command done, or raises Unanswered or Refused."""
_Asked = tuple[str, "asyncio.Future[object]"]


class Gets:
    """Values that are asked for by name, a few with each command."""

    def __init__(self, client: "Redis", ask: Ask) -> None:
        self._client = client
        self._ask = ask
        self._waiting: list[_Asked] = []
        self._commands: set[asyncio.Task[None]] = set()

    async def get(self, name: str) -> object:
        """Return a value, None where there is none; raises what ``Ask`` does."""
        loop = asyncio.get_running_loop()
        if not self._waiting:
            loop.call_soon(self._send)
        answer: asyncio.Future[object] = loop.create_future()
        self._waiting.append((name, answer))
        return await answer

    def _send(self) -> None:
        waiting, self._waiting = self._waiting, []
        for start in range(0, len(waiting), VALUES_MAX):
            command = asyncio.create_task(self._get(waiting[start : start + VALUES_MAX]))
            self._commands.add(command)
            command.add_done_callback(self._commands.discard)

    async def _get(self, batch: Sequence[_Asked]) -> None:
        names = [name for name, _ in batch]
        try:
            values = await self._ask(lambda: self._values(names))
        except Exception as error:  # noqa: BLE001 whatever it is, nobody may wait for ever
            for answer in _awaited(batch):
                answer.set_exception(error)
        except BaseException:
            for answer in _awaited(batch):
                answer.cancel()
            raise
        else:
            for (_, answer), value in zip(batch, values, strict=True):
                if not answer.done():
                    answer.set_result(value)

    async def _values(self, names: list[str]) -> Sequence[object]:
        values = await self._client.mget(names)
        if len(values) != len(names):
            raise InvalidResponse(f"{len(values)} values for {len(names)} names")
        return values


def _awaited(batch: Sequence[_Asked]) -> list["asyncio.Future[object]"]:
    """Return what somebody still waits for."""
    return [answer for _, answer in batch if not answer.done()]
