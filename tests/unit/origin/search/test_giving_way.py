"""Whoever writes the index gives way to whoever answers, with all threads of the engine."""

import os
import threading
from contextlib import suppress
from pathlib import Path

from origin.companion.search.bookmark import Bookmark
from origin.companion.search.writing import GIVES_WAY, Aside, Writer


def priorities() -> dict[str, int]:
    """Return those of this process's threads, by their ids."""
    found = {}
    for thread in Path("/proc/self/task").iterdir():
        with suppress(ProcessLookupError):  # it has just ended
            found[thread.name] = os.getpriority(os.PRIO_PROCESS, int(thread.name))
    return found


async def test_its_thread_and_those_of_the_engine_have_a_low_priority(tmp_path: Path) -> None:
    before, aside = priorities(), Aside()
    path = tmp_path / "index"
    path.mkdir()
    writer = await aside(lambda: Writer(path, make=True))
    try:
        await aside(writer.commit, Bookmark(1))
        own = str(threading.get_native_id())
        begun = {thread: low for thread, low in priorities().items() if thread not in before}
        assert len(begun) > 1
        assert set(begun.values()) == {before[own] + GIVES_WAY}
        assert priorities()[own] == before[own]
    finally:
        await aside(writer.close)
        aside.close()
