"""Text that people write, as models take it: what a database holds and a page shows as it is.

It is normalised (NFC), so that what looks alike is alike, and without white space around it.
Control characters, and those that turn text around without being seen, are refused: in a title
they only deceive. So is a title of which nothing can be seen. What is refused is in the schemas,
too, so that clients can tell beforehand.
"""

import re
import unicodedata
from dataclasses import dataclass
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, GetJsonSchemaHandler, StringConstraints
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

_UNSEEN: Final = r"\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb"
_NOT_IN_LINES: Final = r"\u0000-\u001f\u007f-\u009f\u2028\u2029" + _UNSEEN
_NOT_IN_PARAGRAPHS: Final = r"\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f" + _UNSEEN
SPACES: Final = r" \u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
"""As in a pattern: those that are seen as some room."""
_SPACES_AROUND: Final = re.compile(f"^[{SPACES}]+|[{SPACES}]+$")
_EMPTY_AROUND: Final = re.compile(f"^[{SPACES}\\t\\n\\r]+|[{SPACES}\\t\\n\\r]+$")

_OF_NO_WIDTH: Final = (
    r"\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u2065\u206a-\u206f"
    r"\u2800\u3164\ufe00-\ufe0f\uffa0"
)
"""Joiners, marks and fillers: within words they have their use, alone they are nothing."""
_SEEN_IN_LINES: Final = f"[^{_NOT_IN_LINES}{SPACES}{_OF_NO_WIDTH}]"

LINE_PATTERN: Final = f"^[^{_NOT_IN_LINES}]*{_SEEN_IN_LINES}[^{_NOT_IN_LINES}]*$"
PARAGRAPHS_PATTERN: Final = f"^[^{_NOT_IN_PARAGRAPHS}]*$"
_CONTROL: Final = re.compile(f"[{_NOT_IN_LINES}]")
_SEEN: Final = re.compile(_SEEN_IN_LINES)
_CONTROL_BUT_LINES: Final = re.compile(f"[{_NOT_IN_PARAGRAPHS}]")
LINE_LENGTH_MAX: Final = 200
FILE_NAME_LENGTH_MAX: Final = 255
"""No file system that is common has longer ones: they take 255 bytes, or 255 units of UTF-16."""
PARAGRAPHS_LENGTH_MAX: Final = 5_000


@dataclass(frozen=True, slots=True)
class Matching:
    """Says in a schema what a validator beside it holds text against, in sentences of its own."""

    pattern: str

    def __get_pydantic_json_schema__(
        self, core_schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Return the schema with the pattern."""
        return {**handler(core_schema), "pattern": self.pattern}


def _line(value: object) -> object:
    if not isinstance(value, str):
        return value
    return _SPACES_AROUND.sub("", unicodedata.normalize("NFC", value))


def _paragraphs(value: object) -> object:
    if not isinstance(value, str):
        return value
    return _EMPTY_AROUND.sub("", unicodedata.normalize("NFC", value))


def single_line(value: str) -> str:
    """Return text that is one line and can be seen; raises ValueError."""
    if _CONTROL.search(value):
        raise ValueError("it has characters that cannot be seen")
    if not _SEEN.search(value):
        raise ValueError("nothing of it can be seen")
    return value


def _no_control_but_lines(value: str) -> str:
    value = value.replace("\r\n", "\n").replace("\r", "\n")
    if _CONTROL_BUT_LINES.search(value):
        raise ValueError("it has characters that cannot be seen")
    return value


Line = Annotated[
    str,
    StringConstraints(min_length=1, max_length=LINE_LENGTH_MAX),  # it counts characters here alone
    BeforeValidator(_line),
    AfterValidator(single_line),
    Matching(LINE_PATTERN),
]
"""A title, a name: one line."""

FileName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=FILE_NAME_LENGTH_MAX),
    BeforeValidator(_line),
    AfterValidator(single_line),
    Matching(LINE_PATTERN),
]
"""What a file is called on somebody's disk."""

Paragraphs = Annotated[
    str,
    StringConstraints(max_length=PARAGRAPHS_LENGTH_MAX),
    BeforeValidator(_paragraphs),
    AfterValidator(_no_control_but_lines),
    Matching(PARAGRAPHS_PATTERN),
]
"""A description: lines of text, maybe none."""
