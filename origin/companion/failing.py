"""What an error says of the database that it came from."""

from typing import Final

from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_PASSING: Final = ("08", "40", "53", "55", "57")
"""Classes of SQLSTATE: no connection, a deadlock, no room, a lock, an end by an operator or by the
time limit. Asking again may help, as it does where a connection was given up."""
_UNDEFINED: Final = ("42P01", "42703")
"""No such table, no such column."""


def is_away(error: Exception) -> bool:
    """Tell whether it does not answer now, and may if it is asked again."""
    if isinstance(error, (OperationalError, PoolTimeout, OSError, TimeoutError)):
        return True
    if not isinstance(error, DBAPIError):
        return False
    return error.connection_invalidated or _state(error).startswith(_PASSING)


def lacks_schema(error: Exception) -> bool:
    """Tell whether it has not the tables and columns that were asked for."""
    return isinstance(error, DBAPIError) and _state(error) in _UNDEFINED


def _state(error: DBAPIError) -> str:
    return getattr(error.orig, "sqlstate", None) or ""
