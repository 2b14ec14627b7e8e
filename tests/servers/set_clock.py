"""A wall clock that tests set while programs run by it; time that passes is left alone.

Debian's libfaketime answers in the place of the C library whoever asks what time it is: Python,
uvloop and obstore alike. It reads the offset from a file each time.
"""

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_LIBRARIES: Final = "*/faketime/libfaketimeMT.so.1"


class SetClock:
    """The clock of programs that run with ``environment``; at first it is right."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "clock"
        self._offset_s = 0
        self.turn(0)

    @property
    def environment(self) -> Mapping[str, str]:
        """Return the variables with which a program goes by it."""
        (library,) = Path("/usr/lib").glob(_LIBRARIES)
        return {
            "LD_PRELOAD": str(library),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_NO_CACHE": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "NO_FAKE_STAT": "1",
        }

    def turn(self, offset_s: int) -> None:
        """Set it to so much later than is right, or earlier."""
        written = self._file.with_suffix(".new")
        written.write_text(f"{offset_s:+d}\n")
        written.replace(self._file)
        self._offset_s = offset_s

    def set(self, unix_s: int) -> None:
        """Set it to a moment."""
        self.turn(unix_s - int(time.time()))

    @property
    def now_s(self) -> float:
        """What it shows, as Unix time."""
        return time.time() + self._offset_s
