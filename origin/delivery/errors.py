"""What can keep an answer from its reader, said in a sentence; ``problem`` knows the statuses."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import ClassVar


class ApiError(Exception):
    """The root: the message tells the client what happened and what to do."""

    code: ClassVar[str] = "internal_error"

    @property
    def members(self) -> Mapping[str, object]:
        """What the problem document says beside that (RFC 9457 §3.2)."""
        return {}


class BadRequest(ApiError):
    """The request does not make sense."""

    code = "bad_request"


class Unauthenticated(ApiError):
    """Nobody knows who asks, and that matters here."""

    code = "unauthenticated"


class CredentialsInvalid(Unauthenticated):
    """Who asks showed something that is not good, or not any more."""

    code = "credentials_invalid"


class Forbidden(ApiError):
    """Who asks is known, and may not."""

    code = "forbidden"


class TokenMissing(ApiError):
    """What was asked for needs a playback token in front of its path."""

    code = "token_missing"


class TokenInvalid(ApiError):
    """The playback token is not good, or not any more."""

    code = "token_invalid"


class TokenForAnother(ApiError):
    """The playback token is good, for something else."""

    code = "token_for_another"


class TokenElsewhere(ApiError):
    """The playback token is good, in another country or on another page."""

    code = "token_elsewhere"


class NotFound(ApiError):
    """Nothing is published there."""

    code = "not_found"


class MethodNotAllowed(ApiError):
    """The resource exists, but not for this method."""

    code = "method_not_allowed"

    def __init__(self, allowed: Iterable[str]) -> None:
        self.allowed = ", ".join(sorted({*allowed, "OPTIONS"}))
        super().__init__(f"Use one of these methods here: {self.allowed}.")


class NotAcceptable(ApiError):
    """The client refuses every form in which the resource exists."""

    code = "not_acceptable"


class PreconditionFailed(ApiError):
    """The client asked for another state of the resource than the present one."""

    code = "precondition_failed"


class Conflict(ApiError):
    """What is asked for does not go with what is there."""

    code = "conflict"


class Gone(ApiError):
    """It was here, and will not be again."""

    code = "gone"


class Locked(ApiError):
    """Somebody else is at it; asking again may help."""

    code = "locked"


class ChecksumMismatch(ApiError):
    """What came is not what the client says it sent."""

    code = "checksum_mismatch"


class ContentTooLarge(ApiError):
    """The body is larger than what is taken here."""

    code = "content_too_large"


class MediaTypeUnsupported(ApiError):
    """The body is in a form that is not taken here."""

    code = "unsupported_media_type"


class Unprocessable(ApiError):
    """The body can be read, and what it says cannot be."""

    code = "unprocessable"


class RangeNotSatisfiable(ApiError):
    """No byte of the range that was asked for exists."""

    code = "range_not_satisfiable"

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        super().__init__(f"It has {size_bytes} bytes; ask for a range inside of that.")


class RequestTimedOut(ApiError):
    """The client did not finish what it began to send, or too slowly."""

    code = "request_timeout"

    def __init__(self) -> None:
        super().__init__("The request did not come in the time that there is for one.")


class TargetTooLong(ApiError):
    """The address is longer than any of ours."""

    code = "uri_too_long"

    def __init__(self) -> None:
        super().__init__("The address is longer than any that exists here.")


class HeadTooLarge(ApiError):
    """One header field, or all of them together, take more than a request may."""

    code = "request_header_fields_too_large"

    def __init__(self) -> None:
        super().__init__("There are too many header fields, or they are too long.")


class ExpectationFailed(ApiError):
    """The client waits for something that does not happen here."""

    code = "expectation_failed"

    def __init__(self) -> None:
        super().__init__("Nothing can be expected of this server but 100-continue.")


class Unimplemented(ApiError):
    """The request needs something that no resource here has."""

    code = "not_implemented"


class VersionUnsupported(ApiError):
    """The request is of another HTTP."""

    code = "http_version_not_supported"

    def __init__(self) -> None:
        super().__init__("Only HTTP/1.1 and HTTP/1.0 are spoken on this port.")


class TooManyRequests(ApiError):
    """One client asks more than is left for it."""

    code = "too_many_requests"

    def __init__(
        self, retry_after_s: int, why: str = "Too many requests came from your address"
    ) -> None:
        self.retry_after_s = retry_after_s
        super().__init__(f"{why}; wait {retry_after_s} s.")


class Overloaded(ApiError):
    """All clients together ask more than this server can do; asking again may help."""

    code = "overloaded"

    def __init__(self) -> None:
        super().__init__("There are more connections than this server takes; try again soon.")


class Cause(StrEnum):
    """Why the object store could not be read; clients are not told."""

    FAILED = "failed"
    LATE = "late"
    DENIED = "denied"


class StoreUnavailable(ApiError):
    """The object store did not answer, or not in time; asking again may help."""

    code = "store_unavailable"

    def __init__(self, message: str, cause: Cause = Cause.FAILED) -> None:
        self.cause = cause
        super().__init__(message)


class DatabaseUnavailable(ApiError):
    """The database did not answer, or not in time; asking again may help."""

    code = "database_unavailable"

    def __init__(self) -> None:
        super().__init__("The database does not answer now; nothing was changed. Try again soon.")


class IssuerUnavailable(ApiError):
    """An identity provider did not say by which keys its tokens are good."""

    code = "identity_provider_unavailable"

    def __init__(self) -> None:
        super().__init__("The identity provider does not answer now. Try again soon.")


class BrokenObject(ApiError):
    """The store holds something else than what was published; asking again will not help."""

    code = "broken_object"


class ShuttingDown(ApiError):
    """The server is about to stop; another one will answer."""

    code = "shutting_down"
