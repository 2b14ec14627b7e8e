"""If-Match where something is changed: nobody overwrites what they have not seen (RFC 9110 §13).

What a GET gives has an entity tag for each content coding; a client shows one of them. All come
from the same bytes, so any of them tells which bytes were seen.
"""

import hashlib

from aiohttp import hdrs, web
from pydantic import BaseModel

from origin.delivery.compression import tag_of
from origin.delivery.encoding import COMPRESSIBLE
from origin.delivery.entity_tag import EntityTag, parse_tags
from origin.delivery.errors import PreconditionFailed
from origin.delivery.fields import joined


def require_match(request: web.Request, now: BaseModel) -> None:
    """Raise PreconditionFailed where the request is for another state than ``now``."""
    if_match = joined(request, hdrs.IF_MATCH)
    if if_match is None or if_match.strip(" \t") == "*":
        return
    digest = hashlib.sha256(now.model_dump_json().encode()).hexdigest()
    tags = [EntityTag(digest + tag_of(coding)) for coding in COMPRESSIBLE]
    shown = parse_tags(if_match)
    if not any(tag.matches_strongly(each) for tag in tags for each in shown):
        raise PreconditionFailed(
            "It was changed since you read it. Read it again, and decide anew."
        )
