"""Text that people write, as models take it: what a database holds and a page shows as it is.

It is normalised (NFC), so that what looks alike is alike, and without white space around it.
Control characters, and those that turn text around without being seen, are refused: in a title
they only deceive.
"""

import re
import unicodedata
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, StringConstraints

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_BUT_LINES: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_UNSEEN: Final = re.compile(r"[\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb]")
LINE_LENGTH_MAX: Final = 200
PARAGRAPHS_LENGTH_MAX: Final = 5_000


def _normal(value: object) -> object:
    return unicodedata.normalize("NFC", value).strip() if isinstance(value, str) else value


def single_line(value: str) -> str:
    """Return text that is one line and can be seen; raises ValueError."""
    if _CONTROL.search(value) or _UNSEEN.search(value):
        raise ValueError("it has characters that cannot be seen")
    return value


def _no_control_but_lines(value: str) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL_BUT_LINES.search(value) or _UNSEEN.search(value):
        raise ValueError("it has characters that cannot be seen")
    return value


Line = Annotated[
    str,
    BeforeValidator(_normal),
    StringConstraints(min_length=1, max_length=LINE_LENGTH_MAX),
    AfterValidator(single_line),
]
"""A title, a name: one line."""

Paragraphs = Annotated[
    str,
    BeforeValidator(_normal),
    StringConstraints(max_length=PARAGRAPHS_LENGTH_MAX),
    AfterValidator(_no_control_but_lines),
]
"""A description: lines of text, maybe none."""
