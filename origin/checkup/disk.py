"""How much room there is in folders."""

import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from origin.checkup.finding import Finding, fail, fine, warn
from origin.checkup.running import aside

_GB: Final = 1_000_000_000
_COMFORT: Final = 5
"""Times what there has to be: with less, it is time to do something."""


async def look_at_folder(folder: Path, least_bytes: int) -> Sequence[Finding]:
    """Say whether what is free where a folder is, or will be, is at least so much."""
    free_bytes = await aside(lambda: shutil.disk_usage(_there(folder)).free)
    return [judged(str(folder), free_bytes, least_bytes)]


def judged(name: str, free_bytes: int, least_bytes: int) -> Finding:
    """Say what free room means. Pure."""
    said = f"{free_bytes / _GB:.1f} GB are free in {name}."
    if free_bytes < least_bytes:
        return fail(
            said,
            f"{least_bytes / _GB:g} GB have to be: run `soundbridge gc`, delete, or take a larger"
            " disk. Uploads and packaging fail when it is full.",
        )
    if free_bytes < _COMFORT * least_bytes:
        return warn(said, "That is soon used up: see what `soundbridge gc` finds, or add room.")
    return fine(said)


def _there(folder: Path) -> Path:
    absolute = folder.expanduser().absolute()
    return next(path for path in (absolute, *absolute.parents) if path.exists())
