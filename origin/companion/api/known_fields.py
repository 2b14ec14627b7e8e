"""The header fields that the API's requests and answers have, but for those of a protocol."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from aiohttp import hdrs

from origin.companion.api.header_field import HeaderField
from origin.companion.api.idempotency import HEADER, REPLAYED
from origin.telemetry import request_id

_A_TAG: Final = '"5f70bf18a086007016e948b04aed3b82"'

KEY: Final = HeaderField(
    name=HEADER,
    description="A request that comes again within a day, with the same key and body, is done "
    "once, and answered as the first time. Of one user, 5,000 keys are kept within a day: another "
    "one is refused with 429, and none is forgotten before its time.",
    pattern=r"^[\x21-\x7e]{1,255}$",
)
IF_MATCH: Final = HeaderField(
    name=hdrs.IF_MATCH,
    description="Only if it is as you saw it: the `ETag` that it had, or `*` where it is there at "
    "all (RFC 9110 §13.1.1).",
    examples=("*",),
)
IF_NONE_MATCH: Final = HeaderField(
    name=hdrs.IF_NONE_MATCH,
    description="Only if it is another than you have: the `ETag` of that (RFC 9110 §13.1.2).",
    examples=(_A_TAG,),
)
LAST_EVENT_ID: Final = HeaderField(
    name="Last-Event-ID",
    description="The `id` of the last event that was seen: those behind it come first.",
    pattern="^([0-9]{1,18})?$",
)
REQUEST_ID: Final = HeaderField(
    name=request_id.HEADER,
    description="By which name the request is found in the log: yours, if it is short and plain.",
)

ETAG: Final = HeaderField(
    name="ETag", description=f"Names the state that it is in, for `{hdrs.IF_MATCH}`."
).always
LOCATION: Final = HeaderField(name=hdrs.LOCATION, description="Where it is.").always
REPLAY: Final = HeaderField(
    name=REPLAYED, description="It was done before, and this was the answer.", values=("true",)
)
ALLOW: Final = HeaderField(name=hdrs.ALLOW, description="The methods that there are.").always
CHALLENGE: Final = HeaderField(
    name=hdrs.WWW_AUTHENTICATE, description="How to say who you are (RFC 6750)."
).always
RETRY_AFTER: Final = HeaderField(
    name=hdrs.RETRY_AFTER, description="Seconds.", is_number=True
).always

USE: Final = (
    HeaderField(
        name="RateLimit-Policy",
        description="How many requests there are (`q`) in so many seconds (`w`), for a user or an "
        "address, if they are counted.",
        examples=('"user";q=600;w=60',),
    ),
    HeaderField(
        name="RateLimit",
        description="How many of them are left (`r`), and the seconds until all are (`t`).",
        examples=('"user";r=599;t=31',),
    ),
)
OF_EVERY_ANSWER: Final = (REQUEST_ID, *USE)
BY_STATUS: Final[Mapping[int, tuple[HeaderField, ...]]] = {
    HTTPStatus.NOT_MODIFIED: (ETAG,),
    HTTPStatus.UNAUTHORIZED: (CHALLENGE,),
    HTTPStatus.METHOD_NOT_ALLOWED: (ALLOW,),
    HTTPStatus.LOCKED: (RETRY_AFTER,),
    HTTPStatus.TOO_MANY_REQUESTS: (RETRY_AFTER,),
    HTTPStatus.SERVICE_UNAVAILABLE: (RETRY_AFTER,),
}
