"""``Retry-After``: for how long an answer asks to be left alone (RFC 9110 §10.2.3). Pure."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

_DIGITS_MAX: Final = 9


def asked_pause_s(retry_after: str | None, now: datetime) -> float:
    """Return for how long, 0 where it does not say; how much of it is heeded is the caller's.

    What makes no sense is passed over.
    """
    if retry_after is None:
        return 0.0
    text = retry_after.strip()
    if text.isascii() and text.isdecimal():
        return float(text[:_DIGITS_MAX])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return 0.0
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - now).total_seconds())
