"""Reason phrases as RFC 9110 §15 recommends them; those of Python before 3.13 are older. Pure."""

from http import HTTPStatus
from typing import Final

_RENAMED: Final = {  # by status: some names of HTTPStatus are later than Python 3.11
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
    460: "Checksum Mismatch",  # tus 1.0
}


def reason_of(status: int) -> str:
    """Return the phrase that stands in a status line, and titles a problem (RFC 9457 §4.2.1)."""
    return _RENAMED.get(status) or HTTPStatus(status).phrase
