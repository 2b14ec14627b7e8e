"""What can stand against a search."""

from origin.delivery.errors import ApiError, Gone, Overloaded


class SearchBusy(Overloaded):
    """More is searched for than this machine can find; asking again may help."""

    code = "search_busy"

    def __init__(self) -> None:
        ApiError.__init__(self, "The search took too long, or too many were made; try again soon.")


class CursorGone(Gone):
    """The order in which a search was being read is not known any more."""

    code = "cursor_gone"

    def __init__(self) -> None:
        super().__init__("The index was made anew meanwhile; begin again without a cursor.")


class IndexMissing(Exception):
    """There is no index to read yet, or it cannot be read."""


class IndexBusy(IndexMissing):
    """The index is good, and cannot be written now."""
