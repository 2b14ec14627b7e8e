"""For schemathesis: how a body of bytes is sent that tus names by a type of its own."""

from typing import Any

import schemathesis


@schemathesis.serializer("application/offset+octet-stream")
def offset_octets(_context: Any, value: Any) -> bytes:
    """Return what is sent."""
    return value if isinstance(value, bytes) else str(value).encode()
