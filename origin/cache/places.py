"""How much may be under way at a time: so many commands, and so many bytes of their answers.

All that is under way shares one link. Were it more than the link brings within a deadline, all of
it would be late, and what had come of each would be thrown away. Who comes first is first; what is
larger than all there is room for goes alone.
"""

import asyncio
from collections import deque
from contextlib import suppress


class Places:
    """Room for ``commands_max`` commands that bring ``bytes_max`` bytes in all."""

    def __init__(self, commands_max: int, bytes_max: int) -> None:
        self._commands_max = commands_max
        self._bytes_max = bytes_max
        self._commands = 0
        self._bytes = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    def take_at_once(self, size_bytes: int) -> bool:
        """Take a place, if there is one and nobody waits for it; tell whether it was taken."""
        if self._waiting or not self._has_room_for(size_bytes):
            return False
        self._take(size_bytes)
        return True

    async def take(self, size_bytes: int) -> None:
        """Wait for a place, and take it."""
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        waiting = size_bytes, place
        self._waiting.append(waiting)
        try:
            await place
        except asyncio.CancelledError:
            if place.cancelled():
                with suppress(ValueError):
                    self._waiting.remove(waiting)
                self._let_in()
            else:
                self.give_back(size_bytes)
            raise

    def give_back(self, size_bytes: int) -> None:
        """Leave a place to those who wait."""
        self._commands -= 1
        self._bytes -= size_bytes
        self._let_in()

    def _let_in(self) -> None:
        while self._waiting and self._has_room_for(self._waiting[0][0]):
            size_bytes, place = self._waiting.popleft()
            if not place.done():
                self._take(size_bytes)
                place.set_result(None)

    def _has_room_for(self, size_bytes: int) -> bool:
        has_room = self._bytes == 0 or self._bytes + size_bytes <= self._bytes_max
        return has_room and self._commands < self._commands_max

    def _take(self, size_bytes: int) -> None:
        self._commands += 1
        self._bytes += size_bytes
