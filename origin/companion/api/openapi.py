"""The OpenAPI 3.1 document of endpoints. Pure.

Everything in it comes from what requests are held against: the models, who may, the errors. So it
says what happens, and a client may be made from it.
"""

import inspect
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, partial
from http import HTTPStatus
from typing import Any, Final

from aiohttp import hdrs
from pydantic import BaseModel
from pydantic.json_schema import JsonSchemaMode, models_json_schema

from manifests.layout import ID_PATTERN
from origin.companion.api.budgets import BudgetSpent
from origin.companion.api.cursor import CursorUnknown
from origin.companion.api.endpoint import ANYONE, Endpoint
from origin.companion.api.errors import BodyInvalid, PartRefused, QueryInvalid
from origin.companion.api.fields_of import given, given_by_status, is_conditional, taken
from origin.companion.api.header_field import HeaderField, Protocol
from origin.companion.api.idempotency import (
    AnswerNotKept,
    IdempotencyKeyInUse,
    IdempotencyKeyInvalid,
    IdempotencyKeyReused,
    TooManyKeys,
    takes_idempotency_key,
)
from origin.companion.api.known_fields import ALLOW, BY_STATUS, OF_EVERY_ANSWER, REQUEST_ID
from origin.companion.api.models import NoBody
from origin.companion.api.preconditions import is_read
from origin.companion.api.schema_names import PREFIX, all_under_names, renamed, under_names
from origin.companion.api.webhooks_described import webhooks
from origin.companion.identity.forgery import CUSTOM_HEADER, CrossSiteRequest, changes_things
from origin.companion.identity.session.cookie import NAME as COOKIE
from origin.delivery.errors import (
    ApiError,
    BadRequest,
    ContentTooLarge,
    CredentialsInvalid,
    DatabaseUnavailable,
    Forbidden,
    HeadTooLarge,
    IssuerUnavailable,
    MediaTypeUnsupported,
    NotAcceptable,
    NotFound,
    Overloaded,
    PreconditionFailed,
    RequestTimedOut,
    ShuttingDown,
    TargetTooLong,
    Unauthenticated,
)
from origin.delivery.problem import MEDIA_TYPE, status_of
from origin.delivery.reason import reason_of

_REFERENCE: Final = PREFIX + "{model}"
_ID_IN_PATH: Final = re.compile(r"{(\w+)}")
_PROBLEM: Final[Mapping[str, Any]] = {
    "type": "object",
    "description": "What went wrong (RFC 9457).",
    "required": ["type", "title", "status", "detail", "code"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string", "description": "The status in words."},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What happened, and what to do."},
        "code": {"type": "string", "description": "Which error it is, for programs."},
        "errors": {
            "type": "array",
            "description": "Each field that is wrong.",
            "items": {
                "type": "object",
                "required": ["detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "parameter": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_OF_ANY_REQUEST: Final[frozenset[type[ApiError]]] = frozenset(
    {ApiError, BadRequest, HeadTooLarge, Overloaded, ShuttingDown, TargetTooLong}
)
_OF_ALL: Final[frozenset[type[ApiError]]] = _OF_ANY_REQUEST | {
    BudgetSpent, CredentialsInvalid, DatabaseUnavailable, IssuerUnavailable, QueryInvalid,
}  # fmt: skip
"""Who shows something bad is refused, where nothing had to be shown, too."""
_BYTES: Final[dict[str, Any]] = {"type": "string", "format": "binary", "minLength": 1}
_SECURITY: Final[list[dict[str, list[str]]]] = [{"bearer": []}, {"session": []}]


def document(endpoints: Iterable[Endpoint], *, version: str) -> dict[str, Any]:
    """Return the document of all endpoints."""
    endpoints = list(endpoints)
    references, definitions = _schemas(endpoints)
    queries = {
        endpoint.query: definitions.pop(_name_of(references[endpoint.query, "validation"]))
        for endpoint in {each.query: each for each in endpoints}.values()
    }
    read = frozenset(each.path for each in endpoints if is_read(each))
    paths: dict[str, dict[str, Any]] = {}
    for endpoint in endpoints:
        operations = paths.setdefault(endpoint.path, {})
        operation = _operation(endpoint, references, queries[endpoint.query], read)
        operations[endpoint.method.lower()] = operation
        if endpoint.protocol is not None and endpoint.protocol.offers:
            operations.setdefault("options", _offering(endpoint, endpoint.protocol.offers))
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "soundbridge",
            "version": version,
            "summary": "Upload sound, say what it is, find it, play it.",
        },
        "tags": [
            {"name": tag, **({} if protocol is None else _spoken(protocol))}
            for tag, protocol in {each.tag: each.protocol for each in endpoints}.items()
        ],
        "paths": paths,
        **webhooks(endpoints),
        "components": {
            "schemas": {**definitions, "Problem": _PROBLEM},
            "headers": {field.name: field.as_header for field in OF_EVERY_ANSWER},
            "securitySchemes": {
                "bearer": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An API key, or a token of the identity provider.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": "Of who has signed in; `__Host-` is before the name by https. "
                    "What changes something has to come from a page of this server (`Origin`, "
                    f"`Sec-Fetch-Site`), or says `{CUSTOM_HEADER}: 1`.",
                },
            },
        },
    }


def _spoken(protocol: Protocol) -> dict[str, Any]:
    """Return what is said of addresses that have a protocol of their own.

    What a client says there hangs on what it was answered before, which no document of this kind
    can tell; programs that know the protocol are about.
    """
    return {
        "description": "By a protocol of its own, which programs know: what may be said hangs on "
        "what was answered before.",
        "externalDocs": {"url": protocol.url},
    }


def _offering(endpoint: Endpoint, offers: Sequence[HeaderField]) -> dict[str, Any]:
    """Return what is said of OPTIONS at an endpoint's path."""
    no_content = HTTPStatus.NO_CONTENT
    given = _headers((ALLOW, *offers, REQUEST_ID))
    success = {"description": no_content.phrase, "headers": given}
    problems = _problems(_OF_ANY_REQUEST, lambda status: (*BY_STATUS.get(status, ()), REQUEST_ID))
    return {
        "operationId": f"optionsFor{endpoint.name[0].upper()}{endpoint.name[1:]}",
        "summary": "Tell what is offered",
        "description": "Anybody may ask, in whichever version.",
        "tags": [endpoint.tag],
        "parameters": _ids(endpoint.path),
        "responses": {str(int(no_content)): success, **problems},
        "security": [{}],
    }


_References = Mapping[Any, dict[str, Any]]
"""By model and mode."""


def _schemas(endpoints: Iterable[Endpoint]) -> tuple[_References, dict[str, Any]]:
    models: dict[tuple[type[BaseModel], JsonSchemaMode], None] = {}
    for endpoint in endpoints:
        models[endpoint.query, "validation"] = None
        if endpoint.body is not NoBody:
            models[endpoint.body, "validation"] = None
        if endpoint.gives is not None:
            models[endpoint.gives, "serialization"] = None
    references, definitions = _schemas_of(tuple(models))
    return references, dict(definitions)


@cache
def _schemas_of(
    models: tuple[tuple[type[BaseModel], JsonSchemaMode], ...],
) -> tuple[_References, dict[str, Any]]:
    """Return the schemas of models, which are made slowly; nobody may change them."""
    references, schema = models_json_schema(models, ref_template=_REFERENCE)
    names = renamed(schema["$defs"])
    return under_names(references, names), all_under_names(schema["$defs"], names)


def _name_of(reference: Mapping[str, str]) -> str:
    return reference["$ref"].rpartition("/")[2]


def _operation(
    endpoint: Endpoint, references: _References, query: Mapping[str, Any], read: frozenset[str]
) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": endpoint.name,
        "summary": endpoint.summary,
        "description": inspect.getdoc(endpoint.handle) or "",
        "tags": [endpoint.tag],
        "parameters": [
            *_ids(endpoint.path),
            *_parameters(query),
            *(field.as_parameter for field in taken(endpoint, read)),
        ],
        "responses": _responses(endpoint, references, read),
    }
    is_for_anyone = endpoint.who.role is None
    operation["security"] = [{}, *_SECURITY] if is_for_anyone else _SECURITY
    if endpoint.body is not NoBody:
        schema = references[endpoint.body, "validation"]
        types = ("application/json", *endpoint.body_types)
        content = {media_type: {"schema": schema} for media_type in types}
        is_needed = any(each.is_required() for each in endpoint.body.model_fields.values())
        operation["requestBody"] = {"required": is_needed, "content": content}
    elif endpoint.body_types:
        content = {media_type: {"schema": _BYTES} for media_type in endpoint.body_types}
        operation["requestBody"] = {"required": endpoint.needs_body, "content": content}
    return operation


def _ids(path: str) -> list[dict[str, Any]]:
    schema = {"type": "string", "pattern": f"^{ID_PATTERN}$"}
    return [
        {"name": name, "in": "path", "required": True, "schema": schema}
        for name in _ID_IN_PATH.findall(path)
    ]


def _parameters(query: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "in": "query",
            "required": name in query.get("required", ()),
            "description": field.get("description", ""),
            "schema": {key: value for key, value in field.items() if key != "description"},
        }
        for name, field in query.get("properties", {}).items()
    ]


def _responses(endpoint: Endpoint, references: _References, read: frozenset[str]) -> dict[str, Any]:
    success: dict[str, Any] = {
        "description": endpoint.status.phrase,
        "headers": _headers(given(endpoint)),
    }
    if endpoint.gives is not None:
        schema = references[endpoint.gives, "serialization"]
        success["content"] = {"application/json": {"schema": schema}}
    elif endpoint.gives_types:
        success["content"] = {media_type: {"schema": {}} for media_type in endpoint.gives_types}
    responses = {str(int(endpoint.status)): success}
    by_status = partial(given_by_status, endpoint)
    if is_read(endpoint):
        not_modified = HTTPStatus.NOT_MODIFIED
        responses[str(int(not_modified))] = {
            "description": not_modified.phrase,
            "headers": _headers(by_status(not_modified)),
        }
    return responses | _problems(_errors(endpoint, read), by_status)


def _problems(
    errors: Iterable[type[ApiError]], fields: Callable[[int], Iterable[HeaderField]]
) -> dict[str, Any]:
    """Return what is said of errors; ``fields`` tells those of a status."""
    by_status: dict[int, list[str]] = {}
    for error in errors:
        by_status.setdefault(int(status_of(error)), []).append(error.code)
    return {
        str(status): {
            "description": f"{reason_of(status)}: {', '.join(sorted(codes))}",
            "headers": _headers(fields(status)),
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status, codes in sorted(by_status.items())
    }


def _headers(fields: Iterable[HeaderField]) -> dict[str, Any]:
    return {
        field.name: {"$ref": f"#/components/headers/{field.name}"}
        if field in OF_EVERY_ANSWER
        else field.as_header
        for field in fields
    }


def _errors(endpoint: Endpoint, read: frozenset[str]) -> set[type[ApiError]]:
    errors: set[type[ApiError]] = {*_OF_ALL, *endpoint.raises}
    if "cursor" in endpoint.query.model_fields:
        errors |= {CursorUnknown}
    if changes_things(endpoint.method) and endpoint.who != ANYONE:
        errors |= {CrossSiteRequest}
    if takes_idempotency_key(endpoint):
        errors |= {
            AnswerNotKept,
            IdempotencyKeyInUse,
            IdempotencyKeyInvalid,
            IdempotencyKeyReused,
            TooManyKeys,
        }
    if endpoint.method == hdrs.METH_GET:
        errors |= {NotAcceptable}
    if endpoint.method == hdrs.METH_PUT:
        errors |= {PartRefused}
    if is_conditional(endpoint, read):
        errors |= {PreconditionFailed}
    if endpoint.body is not NoBody:
        errors |= {BodyInvalid, ContentTooLarge, MediaTypeUnsupported, RequestTimedOut}
    if endpoint.who.role is not None:
        errors |= {Unauthenticated, Forbidden}
    if "{" in endpoint.path:
        errors |= {NotFound}
    return errors
