"""Text that people wrote, made fit for the documents that it goes into."""

import re
import unicodedata
from typing import Final

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]+")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,4}")
"""What of RFC 5646 occurs; anything else in a tag is some person's own spelling."""


def plain(text: str) -> str:
    """Return text that both a playlist (RFC 8216 §4.1) and XML 1.0 can hold, as one NFC line."""
    return unicodedata.normalize("NFC", _CONTROL.sub(" ", text)).strip()


def quotable(text: str) -> str:
    """Return plain text that is no syntax inside a quoted-string.

    A quoted-string has no way to hold a double quote (RFC 8216 §4.2), and what looks like a
    variable reference would be taken for one (rfc8216bis §4.3).
    """
    return plain(text).replace('"', "'").replace("{$", "{ $")


def language_tag(text: str) -> str | None:
    """Return ``text`` where it is a language tag (RFC 5646), None where it is not."""
    return text if _LANGUAGE.fullmatch(text) else None
