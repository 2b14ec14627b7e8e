"""What schemathesis loads: when a request that the document allows may be refused all the same.

Its own check takes any 400 and 422 for a fault. Some of what the API holds requests against is no
matter of a schema: what is in the database, what was asked before, which list has an index. Only
these refusals, by their codes and places, are passed over.
"""

from typing import Any, Final

import schemathesis
from schemathesis import Case, CheckContext, Response

_ACCEPTED: Final = {401, 403, 404, 409, 410, 412, 429}
_CODES: Final = {
    "idempotency_key_reused",  # the key came with another body before
    "not_sound",  # bytes are no matter of a schema
    "quota_exceeded",
    "way_unavailable",  # there is no bucket
}
_PLACES: Final = {
    "album_id", "artist_id", "genre", "kind", "order", "since", "tag",  # no index serves the list
    "from", "to",  # a span of days
    "#/album_id", "#/artist_id", "#/asset_id", "#/playback_id",  # there is none of this owner
    "#/track_ids",  # those that the album has
}  # fmt: skip


@schemathesis.check
def what_is_valid_is_accepted(
    _ctx: CheckContext, response: Response, case: Case[Any]
) -> bool | None:
    """Hold what the document allows against the answer."""
    if case.meta is None or not case.meta.generation.mode.is_positive:
        return None
    status = response.status_code
    if status < 400 or status in _ACCEPTED or status >= 500:
        return None
    problem = response.json()
    if not _is_known(problem):
        raise AssertionError(f"what is valid was refused: {problem}")
    return None


def _is_known(problem: dict[str, Any]) -> bool:
    places = {
        each.get("pointer", each.get("parameter")).replace("#/track/", "#/")
        for each in problem.get("errors", ())
    }
    return problem["code"] in _CODES or (bool(places) and places <= _PLACES)
