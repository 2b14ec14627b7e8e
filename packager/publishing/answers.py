"""Asking a store again where its answer broke off, or what it was sent did not arrive as it was.

obstore tries again where a server fails or a connection does, and goes on where the body of an
object breaks off. It gives up at once where a short answer does: a page of a listing, a "no such
key", what a deletion or a multipart upload came to. Those are the errors that speak of a body. Nor
does it know that a request is worth repeating where the server found its body altered on the way.
Requests here may be repeated: they are the same however often they are carried out.
"""

import random
import re
import time
from collections.abc import Callable
from typing import Final, TypeVar

from obstore.exceptions import GenericError

_TRIES: Final = 5
_PAUSE_S: Final = 0.1
_BROKE_OFF: Final = "response body"
_ALTERED: Final = re.compile(
    r"<Code>(BadDigest|XAmzContentSHA256Mismatch|XAmzContentChecksumMismatch)</Code>"
)

_Answer = TypeVar("_Answer")


def whole_answer(request: Callable[[], _Answer]) -> _Answer:
    """Return what a request returns; raises what obstore does, once asking again is in vain."""
    for failures in range(1, _TRIES):
        try:
            return request()
        except GenericError as error:
            if not broke_off(error) and not _ALTERED.search(str(error)):
                raise
            pause(failures)
    return request()


def broke_off(error: GenericError) -> bool:
    """Return whether an answer came, but not all of it."""
    return _BROKE_OFF in str(error).partition("\n")[0]


def pause(failures: int) -> None:
    """Wait longer after each failure, and never as long as other clients do."""
    time.sleep(random.uniform(0, _PAUSE_S * 2**failures))  # noqa: S311 not a secret
