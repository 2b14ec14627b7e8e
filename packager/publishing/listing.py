"""Listing a store, page by page.

A bucket lists its keys in their order, so that a listing whose page broke off goes on behind the
last key that came. A folder has no order, and no pages that break off.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

import obstore
from obstore.exceptions import GenericError
from obstore.store import ObjectStore

from packager.publishing.answers import broke_off, pause

if TYPE_CHECKING:
    from obstore import ObjectMeta

_PAGE: Final = 1000
_FAILURES_MAX: Final = 5


def pages(store: ObjectStore, prefix: str) -> Iterator[Sequence["ObjectMeta"]]:
    """Yield what is below a folder; raises what obstore does, once trying again is in vain."""
    last: str | None = None
    failures = 0
    while True:
        try:
            for page in obstore.list(store, prefix=prefix, offset=last, chunk_size=_PAGE):
                yield page
                failures = 0
                last = page[-1]["path"]
        except GenericError as error:
            failures += 1
            if failures == _FAILURES_MAX or not broke_off(error):
                raise
            pause(failures)
        else:
            return
