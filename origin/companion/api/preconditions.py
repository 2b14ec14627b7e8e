"""If-Match where something is changed: nobody overwrites what they have not seen (RFC 9110 §13).

What a GET gives has an entity tag for each content coding; a client shows one of them. All come
from the same bytes, so any of them tells which bytes were seen.

Some of these bytes are nobody's to set: how often a track was played, how many follow an artist.
They change all the time, and a change made meanwhile overwrites none of it. So the tags of such a
resource begin with the number of what was said of it last, and that is what is compared: the state
that the method changes, as RFC 9110 §13.1.1 means it, where the letter would have the bytes.
"""

import hashlib
from collections.abc import Sequence
from typing import Final

from aiohttp import hdrs, web
from pydantic import BaseModel

from cdn.policy.coding import CODED
from origin.companion.api.endpoint import Endpoint
from origin.delivery.compression import tag_of
from origin.delivery.entity_tag import EntityTag, parse_tags
from origin.delivery.errors import PreconditionFailed
from origin.delivery.fields import joined

_CHANGED: Final = "It was changed since you read it. Read it again, and decide anew."


def is_read(endpoint: Endpoint) -> bool:
    """Tell whether an endpoint says in which state something is."""
    return endpoint.method == hdrs.METH_GET and not endpoint.streams


def changes_state(endpoint: Endpoint) -> bool:
    """Tell whether it changes what is at its path."""
    return endpoint.method in {hdrs.METH_PUT, hdrs.METH_PATCH, hdrs.METH_DELETE}


def tag_text(version: int | None, digest: str) -> str:
    """Return what the entity tags of an answer begin with; ``digest`` is that of its bytes."""
    return digest if version is None else f"{version}.{digest}"


def require_version(request: web.Request, now: int) -> None:
    """Raise PreconditionFailed where the request is for another state than number ``now``."""
    shown = _shown(request)
    if shown is not None and not any(
        not tag.weak and tag.opaque.startswith(f"{now}.") for tag in shown
    ):
        raise PreconditionFailed(_CHANGED)


def require_match(request: web.Request, now: BaseModel) -> None:
    """Raise PreconditionFailed where the request is for another state than ``now``."""
    _require_tag(request, hashlib.sha256(now.model_dump_json().encode()).hexdigest())


def looks(request: web.Request) -> bool:
    """Tell whether a change is asked for on a condition about what there is."""
    return hdrs.IF_MATCH in request.headers or hdrs.IF_NONE_MATCH in request.headers


def require_state(request: web.Request, tag: str, version: int | None) -> None:
    """Raise PreconditionFailed where a change is not for what there is (RFC 9110 §13.1.1-2).

    ``tag`` is what the entity tags of a GET begin with now, ``version`` the number of its state.
    """
    if version is None:
        _require_tag(request, tag)
    else:
        require_version(request, version)
    if_none_match = joined(request, hdrs.IF_NONE_MATCH)
    if if_none_match is None:
        return
    refused = {each.opaque for each in parse_tags(if_none_match)}
    if if_none_match.strip(" \t") == "*" or any(one.opaque in refused for one in _tags(tag)):
        raise PreconditionFailed("It is there, and you wanted that only if it were not.")


def _require_tag(request: web.Request, tag: str) -> None:
    shown = _shown(request)
    if shown is not None and not any(
        one.matches_strongly(each) for one in _tags(tag) for each in shown
    ):
        raise PreconditionFailed(_CHANGED)


def _shown(request: web.Request) -> Sequence[EntityTag] | None:
    """Return the tags that the request is for; None where any state will do."""
    if_match = joined(request, hdrs.IF_MATCH)
    return None if if_match is None or if_match.strip(" \t") == "*" else parse_tags(if_match)


def _tags(tag: str) -> list[EntityTag]:
    """Return the entity tags that begin so, of each coding."""
    return [EntityTag(tag + tag_of(coding)) for coding in CODED]
