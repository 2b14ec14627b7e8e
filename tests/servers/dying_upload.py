"""The API in a process of its own, which is killed outright at a seam of an upload.

``python -m tests.servers.dying_upload FOLDER SEAM [DATABASE]`` says where it listens.
"""

import asyncio
import functools
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from obstore.store import MemoryStore

from origin.app import create_app
from origin.companion.opening import open_companion
from origin.companion.rows import Rows
from origin.companion.uploads import finishing, holding, surroundings
from origin.companion.uploads.places.folder import GrowingFile
from origin.companion.uploads.tus import appending

SEAMS: Final = {
    "held": (holding.Holds, "_take"),
    "appended": (GrowingFile, "append"),
    "trusted": (appending, "_trust"),
    "kept": (GrowingFile, "keep"),
    "named": (GrowingFile, "complete"),
    "queued": (finishing, "_queue"),
    "finished": (surroundings, "finish"),
    "committed": (surroundings.Surroundings, "complete"),
}
"""After which of our functions it ends."""

LEASE_S: Final = 2.5
"""Sooner than usual, others may go on where it was killed."""


def dying_after(run: Callable[..., Awaitable[Any]]) -> Callable[..., Awaitable[Any]]:
    @functools.wraps(run)
    async def dying(*arguments: Any, **named: Any) -> Any:
        await run(*arguments, **named)
        os.kill(os.getpid(), signal.SIGKILL)

    return dying


async def serve(folder: Path, url: str | None) -> None:
    media = folder / "media"
    media.mkdir(exist_ok=True)
    async with open_companion(
        Rows(folder, url), str(media), cache=None, is_draining=lambda: False
    ) as companion:
        runner = web.AppRunner(create_app(MemoryStore(), companion=companion))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        print(f"http://127.0.0.1:{runner.addresses[0][1]}", flush=True)  # noqa: T201
        await asyncio.Event().wait()


if __name__ == "__main__":
    where, name = SEAMS[sys.argv[2]]
    vars(surroundings)["Holds"] = functools.partial(holding.Holds, lease_s=LEASE_S)
    setattr(where, name, dying_after(getattr(where, name)))
    asyncio.run(serve(Path(sys.argv[1]), sys.argv[3] if len(sys.argv) > 3 else None))
