"""What merges the index gives way to whoever answers; what runs Python does not."""

import os
from contextlib import suppress
from pathlib import Path

from origin.companion.search.bookmark import Bookmark
from origin.companion.search.writing import GIVES_WAY, Aside, Writer


def priorities() -> dict[str, int]:
    """Return those of this process's threads, by their ids and names."""
    found = {}
    for thread in Path("/proc/self/task").iterdir():
        with suppress(OSError):  # it has just ended
            name = (thread / "comm").read_text().strip()
            found[f"{thread.name} {name}"] = os.getpriority(os.PRIO_PROCESS, int(thread.name))
    return found


async def test_what_merges_has_a_low_priority_and_nothing_else(tmp_path: Path) -> None:
    before, aside = priorities(), Aside()
    usual = os.getpriority(os.PRIO_PROCESS, 0)
    path = tmp_path / "index"
    path.mkdir()
    writer = await aside(lambda: Writer(path, make=True))
    try:
        await aside(writer.commit, Bookmark(1))
        begun = {name: low for name, low in priorities().items() if name not in before}
        merging = [low for name, low in begun.items() if " merge_thread" in name]
        python = [
            low for name, low in begun.items() if " merge" not in name and "tantivy" not in name
        ]
        assert set(merging) == {usual + GIVES_WAY}
        assert usual in python
    finally:
        await aside(writer.close)
        aside.close()
