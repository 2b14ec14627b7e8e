"""Words that creators sort their things by, folded so that one word is written in one way."""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from origin.companion.api.text import LINE_PATTERN, SPACES, Matching, single_line

WORD_LENGTH_MAX: Final = 64
TAGS_MAX: Final = 20
LANGUAGE_LENGTH_MAX: Final = 35  # RFC 5646 §4.4.1
LANGUAGE_PATTERN: Final = (
    "^(?:"
    "[A-Za-z]{2,3}(?:-[A-Za-z]{3}){0,3}"  # language and extended language
    "(?:-[A-Za-z]{4})?(?:-(?:[A-Za-z]{2}|[0-9]{3}))?"  # script, region
    "(?:-(?:[A-Za-z0-9]{5,8}|[0-9][A-Za-z0-9]{3}))*"  # variants
    "(?:-[A-WY-Za-wy-z0-9](?:-[A-Za-z0-9]{2,8})+)*"  # extensions
    "(?:-[Xx](?:-[A-Za-z0-9]{1,8})+)?"  # private use
    "|[Xx](?:-[A-Za-z0-9]{1,8})+"
    ")$"
)
"""RFC 5646 §2.1, without the grandfathered, and without languages of 4 to 8 letters.

There are none (§2.2.1), and who writes ``english`` means ``en``: in searches, it is another one.
"""
_LANGUAGE: Final = re.compile(LANGUAGE_PATTERN)
_SPACES: Final = re.compile(f"[{SPACES}]+")
_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _folded(value: object) -> object:
    if not isinstance(value, str):
        return value
    return unicodedata.normalize("NFC", _SPACES.sub(" ", value.lower()).strip(" "))


def _language(value: str) -> str:
    if not _LANGUAGE.fullmatch(value):
        raise ValueError("it is no language tag of BCP 47, such as en, pt-BR or zh-Hant")
    first, *others = value.lower().split("-")
    return "-".join([first, *_cased(others)])


def _cased(subtags: list[str]) -> list[str]:
    """Write subtags as RFC 5646 §2.1.1 wants them, up to the first singleton."""
    cased: list[str] = []
    for number, subtag in enumerate(subtags):
        if len(subtag) == 1:
            return cased + subtags[number:]
        is_script = len(subtag) == 4 and not subtag[0].isdigit()  # noqa: PLR2004
        is_region = len(subtag) == 2  # noqa: PLR2004
        cased.append(subtag.title() if is_script else subtag.upper() if is_region else subtag)
    return cased


def _once(values: list[str]) -> list[str]:
    return list(dict.fromkeys(values))


def _date(value: object) -> object:
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        raise ValueError("it is no date such as 2026-01-31")
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise ValueError("there is no such day") from None


def with_days_as_text(said: dict[str, Any]) -> dict[str, Any]:
    """Return what was said as the database has it: with dates as RFC 3339 writes them."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in said.items()
    }


Word = Annotated[
    str,
    StringConstraints(min_length=1, max_length=WORD_LENGTH_MAX),
    BeforeValidator(_folded),
    AfterValidator(single_line),
    Matching(LINE_PATTERN),
]
"""A genre, a tag: folded to lower case."""

Tags = Annotated[list[Word], Field(max_length=TAGS_MAX), AfterValidator(_once)]

Language = Annotated[
    str,
    StringConstraints(min_length=2, max_length=LANGUAGE_LENGTH_MAX),
    AfterValidator(_language),
    Matching(LANGUAGE_PATTERN),
    Field(description="A tag of BCP 47."),
]

Day = Annotated[date, BeforeValidator(_date), Field(description="A date of RFC 3339.")]
