"""What can end a collection early."""

from collections.abc import Iterator
from contextlib import contextmanager

from packager.publishing.reasons import STORE_ERRORS, reason


class CollectionFailed(Exception):
    """The message says what happened and what to do; what went before it stays removed."""


@contextmanager
def translated(what: str) -> Iterator[None]:
    """Turn what a store raises into CollectionFailed, which says ``what`` failed and why."""
    try:
        yield
    except STORE_ERRORS as error:
        raise CollectionFailed(
            f"{what}: {reason(error)}. Nothing that is needed was touched; run it again."
        ) from error
