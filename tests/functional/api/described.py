"""Answers that came over a socket, held against what the document says of them."""

import re
from dataclasses import dataclass, field
from typing import Any, Final

from aiohttp import ClientResponse

from tests.functional.api.service import Service

_WATCHED: Final = re.compile(
    "allow|etag|idempotency-replayed|location|ratelimit.*|retry-after|www-authenticate"
    "|x-request-id|(tus|upload)-.+",
    re.IGNORECASE,
)
"""Fields that hang on the operation and what becomes of it, so that each has to be described."""


@dataclass
class Described:
    """A document, and what was seen of it: operations, with statuses and fields of requests."""

    document: Any
    seen: set[tuple[str, str]] = field(default_factory=set)
    given: set[tuple[str, str]] = field(default_factory=set)
    taken: set[tuple[str, str]] = field(default_factory=set)

    @classmethod
    async def of(cls, service: Service) -> "Described":
        """Return what a service says of itself."""
        return cls(await service.get("/openapi.json"))

    def hold(self, response: ClientResponse) -> None:
        """Hold an answer against what is said of its operation and status."""
        name, operation = self._operation(response)
        status = str(response.status)
        where = (name, status)
        assert status in operation["responses"], where
        described = {
            field: self._followed(header)
            for field, header in operation["responses"][status]["headers"].items()
        }
        self._hold_fields(response, described, where)
        self.seen.add(where)
        if response.ok:
            said = {each.title() for each in response.headers}
            self.given |= {(name, each) for each in described if each.title() in said}
            self._take(response, name, operation)

    def _followed(self, header: Any) -> Any:
        name = header.get("$ref", "").rpartition("/")[2]
        return self.document["components"]["headers"][name] if name else header

    def _operation(self, response: ClientResponse) -> tuple[str, Any]:
        path = response.request_info.url.path
        for template in sorted(self.document["paths"], key=lambda each: each.count("{")):
            if re.fullmatch(re.sub(r"{\w+}", "[^/]+", template), path):
                operation = self.document["paths"][template][response.method.lower()]
                return operation["operationId"], operation
        raise AssertionError(f"{path} is not described")

    def _hold_fields(
        self, response: ClientResponse, described: Any, where: tuple[str, str]
    ) -> None:
        watched = {each.title() for each in response.headers if _WATCHED.fullmatch(each)}
        assert watched <= {each.title() for each in described}, where
        for name, header in described.items():
            value = response.headers.get(name)
            if value is None:
                assert not header["required"], (*where, name)
            else:
                assert fits(value, header["schema"]), (*where, name, value)

    def _take(self, response: ClientResponse, name: str, operation: Any) -> None:
        for each in operation["parameters"]:
            value = response.request_info.headers.get(each["name"])
            if each["in"] != "header":
                continue
            if value is None:
                assert not each["required"], (name, each["name"])
            else:
                assert fits(value, each["schema"]), (name, each["name"], value)
                self.taken.add((name, each["name"]))


def fits(value: str, schema: Any) -> bool:
    """Tell whether a field's value is one of a schema's."""
    if schema["type"] == "integer":
        return value.isdecimal() and int(value) >= schema["minimum"]
    in_all = "enum" not in schema or value in schema["enum"]
    return in_all and re.search(schema.get("pattern", ""), value) is not None
