"""How patiently a store is asked again that fails, be it a source's or where renditions go.

obstore tries again by itself where a server fails (5xx, ``SlowDown`` among them), or a connection
does: after a pause that grows, and of random length, so that many clients do not come back at once.
A pause is anything from the shortest to three times the one before. With twice, pauses hardly grow,
and it is over after some three seconds; what ends it should be the minute that has passed.

A source is worth the same patience as its destination. Many are fetched in hundreds of parts, and
what fails there ends the attempt as surely as a segment does that cannot be put.
"""

from datetime import timedelta
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from obstore.store import RetryConfig  # exists for type checkers alone

RETRIES: "Final[RetryConfig]" = {
    "max_retries": 1_000,
    "backoff": {
        "init_backoff": timedelta(milliseconds=100),
        "max_backoff": timedelta(seconds=10),
        "base": 3,
    },
    "retry_timeout": timedelta(minutes=1),
}
"""A store that is down for a minute is down: what waits for it is told so."""
