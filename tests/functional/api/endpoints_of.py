"""Objects for every endpoint that makes some, from the endpoints alone: nobody names resources."""

import re
from collections.abc import Callable, Iterable, Mapping
from itertools import count
from typing import Any, Final

from origin.companion.api.endpoint import Endpoint
from tests.functional.api.service import Service, User

ID_IN_PATH: Final = re.compile(r"{(\w+)}")
NOBODYS: Final = "nobodys0000000000000"
_numbers: Final = count(1)
_TEXTS: Final = (
    "name-{}",
    "name {}",
    "en",
    "2026-01-02",
    "https://example.com/{}",
    "a" * 64,
    "/{}",
)


def value_of(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    """Return something that a schema takes, the least of it."""
    if "$ref" in schema:
        return value_of(definitions[schema["$ref"].rpartition("/")[2]], definitions)
    if "anyOf" in schema:
        return value_of(schema["anyOf"][0], definitions)
    if "enum" in schema or "const" in schema:
        return schema.get("enum", [schema.get("const")])[0]
    return _PLAIN[schema.get("type", "null")](schema, definitions)


def _object(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> dict[str, Any]:
    properties, needed = schema.get("properties", {}), schema.get("required", ())
    return {name: value_of(properties[name], definitions) for name in needed}


def _list(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> list[Any]:
    items = schema.get("items", {})
    return [value_of(items, definitions) for _ in range(schema.get("minItems", 0))]


def _number(schema: Mapping[str, Any], _definitions: Mapping[str, Any]) -> Any:
    return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)


def _text(schema: Mapping[str, Any], _definitions: Mapping[str, Any]) -> str:
    number = next(_numbers)
    for text in (each.format(number) for each in _TEXTS):
        fits = schema.get("minLength", 0) <= len(text) <= schema.get("maxLength", len(text))
        if fits and re.search(schema.get("pattern", ""), text):
            return text
    raise AssertionError(f"No text is one of {schema}: add one to _TEXTS.")


_PLAIN: Final[Mapping[str, Callable[[Mapping[str, Any], Mapping[str, Any]], Any]]] = {
    "object": _object,
    "array": _list,
    "string": _text,
    "integer": _number,
    "number": _number,
    "boolean": lambda *_: False,
    "null": lambda *_: None,
}


def body_for(endpoint: Endpoint, ids: Mapping[str, str]) -> Any:
    """Return the least that an endpoint takes; what names an object names one that is there."""
    schema = endpoint.body.model_json_schema()
    body = value_of(schema, schema.get("$defs", {}))
    if isinstance(body, dict):
        body |= {name: ids[name] for name in body if name in ids}
    return body


def path_for(endpoint: Endpoint, ids: Mapping[str, str]) -> str:
    """Return an endpoint's path with the ids of objects, or nobody's."""
    return ID_IN_PATH.sub(lambda found: ids.get(found[1], NOBODYS), endpoint.path)


def id_name(endpoint: Endpoint, endpoints: Iterable[Endpoint]) -> str | None:
    """Return by which name the id of what a collection's POST makes stands in paths."""
    under = re.compile(re.escape(endpoint.path) + r"/{(\w+)}")
    found = (under.match(other.path) for other in endpoints)
    return next((match[1] for match in found if match), None)


async def objects_of(service: Service, user: User) -> dict[str, str]:
    """Make one of everything that can be made with the least that is to be said; ids by name."""
    ids: dict[str, str] = {}
    endpoints = service.companion.endpoints
    makers = [each for each in endpoints if each.method == "POST" and not each.streams]
    for _ in range(2):  # what needs another one is made once that is there
        for endpoint in makers:
            name = id_name(endpoint, endpoints)
            missing = set(ID_IN_PATH.findall(endpoint.path)) - ids.keys()
            if name is None or name in ids or missing:
                continue
            response = await service.ask(
                "POST", path_for(endpoint, ids), user, body_for(endpoint, ids)
            )
            if response.status < 300:
                ids[name] = (await response.json())["id"]
    return ids
