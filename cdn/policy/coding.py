"""Which content codings there are copies of, the best first among equals."""

import re
from enum import StrEnum
from typing import Final


class Coding(StrEnum):
    """A content coding by its registered name."""

    IDENTITY = "identity"
    GZIP = "gzip"
    BROTLI = "br"
    ZSTD = "zstd"


PLAIN: Final = (Coding.IDENTITY,)
CODED: Final = (Coding.BROTLI, Coding.ZSTD, Coding.GZIP, Coding.IDENTITY)
"""What there is of objects that are worth compressing; the best first among equals."""
AT_EDGES: Final = (Coding.BROTLI, Coding.GZIP, Coding.IDENTITY)
"""What edges keep copies of: who takes Zstandard takes Brotli, too."""


def accepted(coding: Coding) -> str:
    """Return a regular expression that finds a coding in ``Accept-Encoding``, unless it has q=0.

    It is in what Python, PCRE and JavaScript have in common. How much each is wanted is not looked
    at: which of those that are accepted is sent is the server's choice (RFC 9110 §12.5.3).
    """
    weight = r"(?:1(?:\.0{0,3})?|0\.(?:[1-9][0-9]{0,2}|0[1-9][0-9]?|00[1-9]))"
    return rf"(?:^|,)[ \t]*{coding}[ \t]*(?:;[ \t]*[qQ]={weight}[ \t]*)?(?:,|$)"


def coding_at_edge(accept_encoding: str | None) -> Coding:
    """Return which copy an edge gives: the first that is accepted, in an edge's simple terms."""
    said = accept_encoding or ""
    asked = (each for each in AT_EDGES if re.search(accepted(each), said))
    return next(asked, Coding.IDENTITY)
