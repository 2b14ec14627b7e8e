"""What lets players on other sites in: CORS for everyone, without credentials (Fetch §3.2).

Every answer says ``*``, whoever asks, so that one cached copy serves all sites and nothing varies
by Origin; therefore signed cookies, which are credentials, are for players of the same site alone.
A preflight allows every field, so that a player plays whatever somebody has it send: by ``*``,
which is all but Authorization, and by name for browsers that take ``*`` for one. So it varies by
nothing, either, and edges answer it by themselves for what plays.
"""

from typing import Final

EXPOSED_HEADERS: Final = (
    "Accept-Ranges, Age, CMSD-Dynamic, CMSD-Static, Cache-Control, Cache-Status, "
    "Content-Encoding, Content-Length, Content-Range, Content-Type, Date, ETag, Last-Modified, "
    "Location, Retry-After, "
    "Tus-Checksum-Algorithm, Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, "
    "Upload-Concat, Upload-Defer-Length, Upload-Expires, Upload-Length, Upload-Metadata, "
    "Upload-Offset"
)
REQUEST_HEADERS: Final = (
    "*, Accept, Authorization, Cache-Control, CMCD-Object, CMCD-Request, CMCD-Session, "
    "CMCD-Status, Content-Type, If-Match, If-Modified-Since, If-None-Match, If-Range, "
    "If-Unmodified-Since, Range, Tus-Resumable, Upload-Checksum, Upload-Concat, "
    "Upload-Defer-Length, Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override, "
    "X-Requested-With, Content-Digest, Repr-Digest, Idempotency-Key"
)
PREFLIGHT_MAX_AGE_S: Final = 86_400
PLAYED_BY: Final = "GET, HEAD, OPTIONS"
"""The methods of what plays."""

ON_EVERY_ANSWER: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": EXPOSED_HEADERS,
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Timing-Allow-Origin": "*",  # else a player elsewhere measures sizes and first bytes as 0
}


def preflight_headers(methods: str) -> dict[str, str]:
    """Return what a preflight is answered with (Fetch §3.2.3); ``methods`` are allowed."""
    return {
        "Allow": methods,
        "Access-Control-Allow-Methods": methods,
        "Access-Control-Allow-Headers": REQUEST_HEADERS,
        "Access-Control-Max-Age": str(PREFLIGHT_MAX_AGE_S),
    }
