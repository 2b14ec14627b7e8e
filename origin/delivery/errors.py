"""What can keep an answer from its reader, said in a sentence; ``problem`` knows the statuses."""

from collections.abc import Iterable


class ApiError(Exception):
    """The root: the message tells the client what happened and what to do."""

    code = "internal_error"


class BadRequest(ApiError):
    """The request does not make sense."""

    code = "bad_request"


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


class RangeNotSatisfiable(ApiError):
    """No byte of the range that was asked for exists."""

    code = "range_not_satisfiable"

    def __init__(self, size_bytes: int) -> None:
        self.size_bytes = size_bytes
        super().__init__(f"It has {size_bytes} bytes; ask for a range inside of that.")


class StoreUnavailable(ApiError):
    """The object store did not answer, or not in time; asking again may help."""

    code = "store_unavailable"


class BrokenObject(ApiError):
    """The store holds something else than what was published; asking again will not help."""

    code = "broken_object"


class ShuttingDown(ApiError):
    """The server is about to stop; another one will answer."""

    code = "shutting_down"
