"""The API in a process of its own, which is killed outright where plays are written a second time.

``python -m tests.servers.dying_plays FOLDER SEAM [DATABASE]`` says where it listens.
"""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import Any, Final

from origin.companion.plays import rows
from origin.companion.plays.writing import Writer
from tests.servers.dying_upload import serve

SEAMS: Final = ("held", "marked", "written")
"""Before anything is written, within the transaction, and after it."""


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def dying_at(seam: str) -> None:
    """Let the second write of something end the process."""
    write, add_to_days = Writer.write, rows._add_to_days  # noqa: SLF001 a seam
    writes: list[int] = []

    async def dying_write(writer: Writer) -> int:
        if len(writes) == 1 and len(writer._buffer) and seam == "held":  # noqa: SLF001 a seam
            die()
        counted = await write(writer)
        if counted:
            writes.append(counted)
        if len(writes) > 1:
            die()
        return counted

    async def dying_days(*arguments: Any) -> None:
        await add_to_days(*arguments)
        if writes and seam == "marked":
            die()

    setattr(Writer, "write", dying_write)  # noqa: B010 no method of a type's
    setattr(rows, "_add_to_days", dying_days)  # noqa: B010 a seam


if __name__ == "__main__":
    dying_at(sys.argv[2])
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[3] if len(sys.argv) > 3 else None))
