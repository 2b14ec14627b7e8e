"""What can end a collection early."""

from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import BaseError

from packager.publishing.reasons import reason


class CollectionFailed(Exception):
    """The message says what happened and what to do; what went before it stays removed."""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn what a store raises into CollectionFailed, which says ``what`` failed and why."""
    try:
        yield
    except (BaseError, OSError, ValueError, NotImplementedError) as error:
        raise CollectionFailed(
            f"{what}: {reason(error)}. Nothing that is needed was touched; run it again."
        ) from error
