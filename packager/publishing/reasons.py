"""Why a store refused, in words for whoever runs it.

obstore's errors begin with a line of its own, go on with what the server sent, XML for the most
part, and end with the insides of the library. All that is worth passing on is the first line and
the server's code, and of what is common also what to do.
"""

import re
from typing import Final

from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

STORE_ERRORS: Final = (BaseError, OSError, ValueError, NotImplementedError)
"""What obstore raises where a store refuses, cannot be reached or knows no such request."""

_CODE: Final = re.compile(r"<Code>(\w{1,64})</Code>")
_ADDRESS: Final = re.compile(r"https?://[^/\s]+")
_UNREACHED: Final = "error sending request"
_REFUSED: Final = frozenset({"AccessDenied", "InvalidAccessKeyId", "SignatureDoesNotMatch"})


def reason(error: Exception) -> str:
    """Return a sentence without its full stop."""
    text = str(error)
    line = text.partition("\n")[0]
    found = _CODE.search(text)
    code = found[1] if found else None
    if code == "NoSuchBucket":
        return "there is no such bucket. Make it with `soundbridge bucket setup`"
    if isinstance(error, PermissionDeniedError | UnauthenticatedError) or code in _REFUSED:
        return (
            f"the server denies it ({code or type(error).__name__}). Check the credentials, what "
            "they may do, and with `soundbridge bucket check` that there is such a bucket"
        )
    if line.endswith(_UNREACHED) and (address := _ADDRESS.search(line)):
        return (
            f"{address[0]} cannot be reached. Check the address (AWS_ENDPOINT_URL) and the server"
        )
    said = line.partition(": <")[0].rstrip(".: ")
    return f"{said} ({code})" if code else said
