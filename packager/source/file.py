"""A source as a file: whether there is one, that may be read, of a size that is taken.

Asked without a decoder, before anything looks inside.
"""

import stat
from pathlib import Path
from typing import Final

from packager.errors import SourceNotFound, SourceTooLarge, UnsupportedSource
from packager.limits import Limits
from packager.source.text import clean

_LONGEST_NAME: Final = 80
"""Of a file's name in a sentence."""

_KINDS: Final = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def check_readable(path: Path) -> None:
    """Raise SourceNotFound unless ``path`` is a file that may be read."""
    name = clean(_name_in_full(path), _LONGEST_NAME)
    try:
        kind = stat.S_IFMT(path.stat().st_mode)
        if kind != stat.S_IFREG:
            noun = _KINDS.get(kind, "no file")
            raise SourceNotFound(f"{name} is {noun}. Name one sound file.")
        path.open("rb").close()
    except PermissionError as error:
        raise SourceNotFound(f"{name} may not be read. Check its permissions.") from error
    except (OSError, ValueError) as error:  # a name that is too long, or holds a NUL
        raise SourceNotFound(f"There is no file {name}. Check the name and the folder.") from error


def _name_in_full(path: Path) -> str:
    """Return the name of a file, or of the folder that ``.`` and ``..`` mean."""
    return path.name if path.name not in {"", ".."} else path.resolve().name or "/"


def check_size(path: Path, limits: Limits) -> None:
    """Raise SourceTooLarge beyond what the limits allow, UnsupportedSource for an empty file."""
    check_size_bytes(path.stat().st_size, limits)


def check_size_bytes(size_bytes: int, limits: Limits) -> None:
    """Raise what ``check_size`` does, of a source that is not a file yet."""
    if size_bytes == 0:
        raise UnsupportedSource("This file is empty. Export or upload it again.")
    if size_bytes > limits.size_bytes:
        raise SourceTooLarge(
            f"This file is larger than {limits.size_bytes // 1024**2} MB. Upload a smaller one."
        )
