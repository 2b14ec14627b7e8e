"""HTTP-date: the one form that is sent and the three that are read (RFC 9110 §5.6.7). Pure.

All times are in UTC. Names of days are checked to be some: a wrong one is no reason to send a body
again. What is no date in another way is none (RFC 9110 §13.1.3).
"""

import re
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_DAYS: Final = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_TIME: Final = r"(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_MONTH: Final = rf"(?P<month>{'|'.join(_MONTHS)})"
_DAY: Final = f"(?:{'|'.join(_DAYS)})"
_LONG_DAY: Final = "(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day"
_FORMS: Final = (
    re.compile(rf"{_DAY}, (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT"),
    re.compile(rf"{_LONG_DAY}, (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT"),
    re.compile(rf"{_DAY} {_MONTH} (?P<day>[0-9 ][0-9]) {_TIME} (?P<year>[0-9]{{4}})"),
)
_LEAP_SECOND: Final = 60
_SHORT_YEAR: Final = 2
_CENTURY: Final = 100
_FUTURE_YEARS_MAX: Final = 50


def format_http_date(moment: datetime) -> str:
    """Return IMF-fixdate, whatever the locale."""
    at = moment.astimezone(UTC)
    return (
        f"{_DAYS[at.weekday()]}, {at.day:02d} {_MONTHS[at.month - 1]} {at.year:04d} "
        f"{at.hour:02d}:{at.minute:02d}:{at.second:02d} GMT"
    )


@lru_cache(maxsize=2)
def http_date_of(second: int) -> str:
    """Return a second since the epoch as IMF-fixdate: all that is answered in it tells the same."""
    return format_http_date(datetime.fromtimestamp(second, UTC))


def parse_http_date(text: str, now: datetime) -> datetime | None:
    """Read any of the three forms, or return None; ``now`` places years of two digits."""
    for form in _FORMS:
        match = form.fullmatch(text)
        if match is not None:
            break
    else:
        return None
    year = int(match["year"])
    if len(match["year"]) == _SHORT_YEAR:
        year += now.year - now.year % _CENTURY
        if year > now.year + _FUTURE_YEARS_MAX:
            year -= _CENTURY
    second = int(match["second"])
    try:
        return datetime(
            year,
            _MONTHS.index(match["month"]) + 1,
            int(match["day"]),
            int(match["hour"]),
            int(match["minute"]),
            second - 1 if second == _LEAP_SECOND else second,
            tzinfo=UTC,
        )
    except ValueError:
        return None
