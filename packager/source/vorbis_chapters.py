"""Chapters among Vorbis comments, as far as libavformat leaves them there.

CHAPTER001=00:01:02.345 and CHAPTER001NAME=... (https://wiki.xiph.org/Chapter_Extension) are its
chapters where the time has milliseconds and stands before the name. Others stay comments.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Final

_NAME: Final = re.compile(r"CHAPTER(\d{1,3})(NAME)?", re.ASCII | re.IGNORECASE)
_TIME: Final = re.compile(r"(\d{1,3}):(\d{1,2}):(\d{1,2})(\.\d{1,9})?", re.ASCII)


def starts_s_in(comments: Mapping[str, str]) -> dict[int, Fraction]:
    """Return where the chapters among ``comments`` begin, by their numbers."""
    starts_s = {}
    for key, value in comments.items():
        name, time = _NAME.fullmatch(key), _TIME.fullmatch(value.strip())
        if name and time and name[2] is None:
            hours, minutes, seconds = (Fraction(part) for part in time.groups()[:3])
            rest = Fraction(time[4] or 0)
            starts_s[int(name[1])] = (hours * 60 + minutes) * 60 + seconds + rest
    return starts_s


def names_in(comments: Mapping[str, str]) -> dict[int, str]:
    """Return the names of chapters among ``comments``, by the chapters' numbers."""
    return {
        int(name[1]): value
        for key, value in comments.items()
        if (name := _NAME.fullmatch(key)) and name[2]
    }
