"""Listing a store, page by page.

obstore asks again where a server refuses a page, and goes on where the body of an object breaks
off, but a page that breaks off ends its listing. A bucket lists its keys in their order, so the
listing goes on behind the last key that came. A folder has no order, and no pages to break off.
"""

import random
import time
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import GenericError
from obstore.store import LocalStore, ObjectStore

if TYPE_CHECKING:
    from obstore import ObjectMeta

_PAGE: Final = 1000
_TRIES: Final = 4
_PAUSE_S: Final = 0.1


def pages(store: ObjectStore, prefix: str) -> Iterator[Sequence["ObjectMeta"]]:
    """Yield what is below a folder; raises what obstore does, once trying again is in vain."""
    tries = 1 if isinstance(store, LocalStore) else _TRIES
    last: str | None = None
    failures = 0
    while True:
        try:
            for page in obstore.list(store, prefix=prefix, offset=last, chunk_size=_PAGE):
                yield page
                failures = 0
                last = page[-1]["path"]
        except GenericError:
            failures += 1
            if failures == tries:
                raise
            time.sleep(random.uniform(0, _PAUSE_S * 2**failures))  # noqa: S311 spreads clients
        else:
            return
