"""Which header fields an endpoint takes and gives, from what it is. Pure."""

from collections.abc import Collection
from http import HTTPStatus

from origin.companion.api import known_fields as known
from origin.companion.api.endpoint import Endpoint
from origin.companion.api.header_field import HeaderField
from origin.companion.api.idempotency import takes_idempotency_key
from origin.companion.api.preconditions import changes_state, is_read


def is_conditional(endpoint: Endpoint, read: Collection[str]) -> bool:
    """Tell whether requests may have conditions; ``read`` are the paths where a GET is."""
    return is_read(endpoint) or (changes_state(endpoint) and endpoint.path in read)


def taken(endpoint: Endpoint, read: Collection[str]) -> list[HeaderField]:
    """Return those of requests."""
    fields = list(endpoint.takes_fields)
    if is_conditional(endpoint, read):
        fields += known.IF_MATCH, known.IF_NONE_MATCH
    if takes_idempotency_key(endpoint):
        fields.append(known.KEY)
    return [*fields, known.REQUEST_ID]


def given(endpoint: Endpoint) -> list[HeaderField]:
    """Return those of its success."""
    fields = [] if endpoint.protocol is None else list(endpoint.protocol.marks)
    fields += endpoint.gives_fields
    if is_read(endpoint):
        fields.append(known.ETAG)
    if takes_idempotency_key(endpoint):
        fields.append(known.REPLAY)
    return [*fields, *known.OF_EVERY_ANSWER]


def given_by_status(endpoint: Endpoint, status: int) -> list[HeaderField]:
    """Return those of another answer than its success."""
    fields = list(known.BY_STATUS.get(status, ()))
    if endpoint.protocol is not None:
        fields += endpoint.protocol.marks
        fields += endpoint.protocol.refusal if status == HTTPStatus.PRECONDITION_FAILED else ()
    return [*fields, *known.OF_EVERY_ANSWER]
