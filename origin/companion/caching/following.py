"""Following the outbox: a process's own knowledge of what has changed.

It looks every quarter of a second, when it is woken, and at once where somebody has to know now.
Those share a look that began after they came. A look is a task of its own, since a query that is
broken off costs a connection. If none has ended for a second, whoever asks waits for one, but not
long: a database that does not answer must not hold up what needs none. Then what is known counts
for a few seconds more, and no longer.
"""

import asyncio
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from math import inf
from typing import Final

import structlog
from sqlalchemy.exc import SQLAlchemyError

from manifests import layout
from origin.companion.caching.concerned import concerned, is_findable
from origin.companion.caching.generations import Generations
from origin.companion.catalogue import events
from origin.companion.catalogue.kinds import EventKind
from origin.companion.database import Database
from origin.delivery.errors import ApiError

EVERY_S: Final = 0.25
KNOWN_S: Final = 1.0
"""How old what is known may be without a look."""
DOUBTED_S: Final = 10.0
"""And how old where no look succeeds."""
_PATIENCE_S: Final = 0.25
_CAUGHT_UP_S: Final = 1.0
_AT_END_S: Final = 0.5
_AT_ONCE: Final = 500

_log = structlog.get_logger("soundbridge.api")


class Following:
    """Follows the events of one database; ``clock`` tells monotonic seconds."""

    def __init__(
        self,
        database: Database,
        on_change: Callable[[], object] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.generations = Generations(0)
        self.on_change = on_change
        self.on_removed: Callable[[str], object] = lambda _: None
        """Is told of each prefix in the store below which all was removed (``OBJECTS_REMOVED``)."""
        self.raised: Counter[str] = Counter()
        """How many subjects were raised, by kind."""
        self._database = database
        self._clock = clock
        self._known_s = -inf
        self._again_s = -inf
        self._asked = self._answered = 0
        self._is_begun = False
        self._one = asyncio.Lock()
        self._looks: set[asyncio.Task[None]] = set()
        self._woken = asyncio.Event()

    @property
    def position(self) -> int | None:
        """Up to where whatever is read from now on is; None where only who is read knows."""
        return None if self._database.has_replicas else self.generations.number

    async def run(self) -> None:
        """Follow until cancelled."""
        try:
            while True:
                await self.catch_up()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._woken.wait(), EVERY_S)
                self._woken.clear()
        finally:
            await asyncio.wait({self._look()}, timeout=_AT_END_S)
            for look in self._looks:
                look.cancel()

    async def catch_up(self) -> None:
        """Know what was committed until now, if the database says it in time."""
        await asyncio.wait({self._look()}, timeout=_CAUGHT_UP_S)

    @property
    def is_known(self) -> bool:
        """Whether what is known counts, without a look."""
        return self._clock() - self._known_s <= KNOWN_S

    async def knows(self) -> bool:
        """Tell whether what is known counts, after a short look where it is old."""
        if self.is_known:
            return True
        if self._clock() >= self._again_s:
            self._again_s = self._clock() + KNOWN_S
            await asyncio.wait({self._look()}, timeout=_PATIENCE_S)
        return self._clock() - self._known_s <= DOUBTED_S

    def changed(self, key: str) -> None:
        """Hear of a change (``origin.cache.changes.Hearer``)."""
        if key == WAKE:
            self._woken.set()

    def hear(self, *, hears: bool) -> None:
        """Look, when hearing begins: what was told before was not heard."""
        if hears:
            self._woken.set()

    def _look(self) -> asyncio.Task[None]:
        self._asked += 1
        task = asyncio.create_task(self._looked_since(self._asked), name="answers follow events")
        self._looks.add(task)
        task.add_done_callback(self._looks.discard)
        return task

    async def _looked_since(self, mine: int) -> None:
        async with self._one:
            if self._answered >= mine:
                return
            asked, began_s = self._asked, self._clock()
            try:
                while await self._read_on() == _AT_ONCE:
                    pass
            except (ApiError, SQLAlchemyError) as error:
                cause = str(error.__cause__ or error).partition("\n")[0]
                _log.warning("changes not followed", cause=cause)
                return
            except Exception:  # noqa: BLE001 what is kept must not be given for ever
                _log.exception("changes not followed")
                return
            self._answered, self._known_s = asked, began_s

    async def _read_on(self) -> int:
        """Read some events; return how many. Begins with the newest."""
        async with self._database.look_now() as connection:
            if not self._is_begun:
                self.generations = Generations(await events.newest_number(connection))
                self._is_begun = True
                return 0
            known = self.generations
            found = await events.since(connection, known.number, limit=_AT_ONCE)
        is_change = False
        for event in found:
            if event.kind == EventKind.OBJECTS_REMOVED:
                self._removed(event.subject)
                continue
            about = list(concerned(event.kind, event.subject, event.content))
            known.rise(about, event.number)
            self.raised.update(subject.partition(":")[0] for subject in about)
            if is_findable(event.kind, event.content):
                known.changed_s = self._clock()
            is_change = is_change or bool(about)
        if is_change:
            self.on_change()
        return len(found)

    def _removed(self, asset_id: str) -> None:
        """Pass on that an asset was collected; earlier, its objects would be read anew."""
        for prefix in layout.prefixes_of(asset_id):
            self.on_removed(prefix)


WAKE: Final = "soundbridge:events"
"""What is published as changed where somebody has told an event."""
