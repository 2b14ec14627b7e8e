"""Which days are asked for."""

from datetime import date
from typing import Final

from origin.companion.api.errors import FieldError, QueryInvalid

DAYS_DEFAULT: Final = 30
DAYS_MAX: Final = 366
EPOCH: Final = date(1970, 1, 1)
_FIRST_DAY: Final = (date.min - EPOCH).days


def days_asked(first: date | None, last: date | None, today: date) -> tuple[int, int]:
    """Return the first and the last day that are asked for; raises QueryInvalid."""
    to = ((last or today) - EPOCH).days
    begin = max(to - DAYS_DEFAULT + 1, _FIRST_DAY) if first is None else (first - EPOCH).days
    if last is None and begin > to:
        to = begin
    if begin > to:
        raise QueryInvalid([FieldError("to", "it is before `from`")])
    if to - begin >= DAYS_MAX:
        raise QueryInvalid([FieldError("from", f"ask for at most {DAYS_MAX} days at once")])
    return begin, to
