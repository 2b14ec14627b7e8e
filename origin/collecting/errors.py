"""What can end a collection early."""

from collections.abc import Iterator
from contextlib import contextmanager

from obstore.exceptions import BaseError


class CollectionFailed(Exception):
    """The message says what happened and what to do; what went before it stays removed."""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn what a store raises into CollectionFailed, which says ``what`` failed and why."""
    try:
        yield
    except (BaseError, OSError, ValueError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0].rstrip(".")
        raise CollectionFailed(
            f"{what}: {reason}. Nothing that is needed was touched; run it again."
        ) from error
