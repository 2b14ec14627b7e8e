"""Reading what a request says into a model, or saying what is wrong with it."""

import asyncio
import re
from collections.abc import Callable, Collection
from typing import Final, TypeVar

from aiohttp import hdrs, web
from pydantic import BaseModel, ValidationError

from origin.companion.api.errors import BodyInvalid, FieldError, PartRefused, QueryInvalid
from origin.delivery.errors import (
    BadRequest,
    ContentTooLarge,
    MediaTypeUnsupported,
    RequestTimedOut,
)
from origin.delivery.expectation import ask_for_body

BODY_S: Final = 30.0
_JSON: Final = re.compile(r"application/(?:[\w.-]+\+)?json")
_M = TypeVar("_M", bound=BaseModel)
_Location = tuple[int | str, ...]


def read_query(request: web.Request, model: type[_M]) -> _M:
    """Return the query's parameters; raises QueryInvalid. A list's parameter comes repeatedly."""
    said: dict[str, object] = {}
    for name in request.query:
        values = request.query.getall(name)
        field = model.model_fields.get(name)
        many = field is not None and "list" in str(field.annotation)
        if len(values) > 1 and not many:
            raise QueryInvalid([FieldError(name, "it is there twice")])
        said[name] = values if many else values[0]
    try:
        return model.model_validate(said)
    except ValidationError as error:
        raise QueryInvalid(_fields(error, _parameter)) from error


def require_whole(request: web.Request) -> None:
    """Raise PartRefused for a PUT of a part: it would be taken for all of it."""
    if request.method == hdrs.METH_PUT and hdrs.CONTENT_RANGE in request.headers:
        raise PartRefused


async def read_body(
    request: web.Request, model: type[_M], bytes_max: int, types: Collection[str] = ()
) -> _M:
    """Return a JSON body, which may come as one of these types, too; raises what is wrong."""
    if not request.can_read_body:
        if not any(field.is_required() for field in model.model_fields.values()):
            return model()
        raise BodyInvalid([FieldError("#", "there is none")])
    if not _JSON.fullmatch(request.content_type) and request.content_type not in types:
        raise MediaTypeUnsupported("Send JSON here, as `Content-Type: application/json`.")
    if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
        raise MediaTypeUnsupported("Send the body as it is, without a Content-Encoding.")
    content = await read_content(request, bytes_max)
    try:
        return model.model_validate_json(content)
    except ValidationError as error:
        if any(each["type"] == "json_invalid" for each in error.errors()):
            said = error.errors()[0].get("ctx", {}).get("error", "it is none")
            raise BadRequest(f"The body is not JSON: {said}.") from error
        raise BodyInvalid(_fields(error, _pointer)) from error


async def read_content(request: web.Request, bytes_max: int) -> bytes:
    """Return a small body; raises ContentTooLarge or RequestTimedOut."""
    too_large = ContentTooLarge(f"The body may have {bytes_max} bytes here.")
    if (request.content_length or 0) > bytes_max:
        raise too_large
    await ask_for_body(request)
    content = bytearray()
    try:
        async with asyncio.timeout(BODY_S):
            async for part in request.content.iter_any():
                content += part
                if len(content) > bytes_max:
                    raise too_large
    except TimeoutError as error:
        raise RequestTimedOut from error
    return bytes(content)


def _fields(error: ValidationError, place: Callable[[_Location], str]) -> list[FieldError]:
    return [
        FieldError(place(each["loc"]), _said(each["msg"]))
        for each in error.errors(include_url=False, include_context=False, include_input=False)
    ]


def _parameter(location: _Location) -> str:
    return "/".join(map(str, location))


def _pointer(location: _Location) -> str:
    """Return where it is in a body; without steps, it is all of it (RFC 6901 §6)."""
    return "#" + "".join(f"/{_escaped(part)}" for part in location)


def _escaped(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")  # RFC 6901 §3


def _said(message: str) -> str:
    text = message.removeprefix("Value error, ")
    text = text.replace("String should", "It should", 1)  # a field is no string to who fills it in
    return text[0].lower() + text[1:]
