"""Header fields of requests and answers, as data: the document describes them by it."""

from dataclasses import dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class HeaderField:
    """One; ``pattern`` is of a text, ``values`` are all that there are.

    ``is_required`` says that a request needs it, or that an answer always has it.
    """

    name: str
    description: str
    pattern: str | None = None
    values: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    is_number: bool = False
    is_required: bool = False

    @property
    def always(self) -> "HeaderField":
        """The same, where it is required."""
        return replace(self, is_required=True)

    @property
    def schema(self) -> dict[str, Any]:
        """What it may say."""
        if self.is_number:
            return {"type": "integer", "minimum": 0}
        schema: dict[str, Any] = {"type": "string"}
        if self.pattern is not None:
            schema["pattern"] = self.pattern
        if self.values:
            schema["enum"] = list(self.values)
        if self.examples:
            schema["examples"] = list(self.examples)
        return schema

    @property
    def as_parameter(self) -> dict[str, Any]:
        """It in a request."""
        return {"name": self.name, "in": "header", **self.as_header}

    @property
    def as_header(self) -> dict[str, Any]:
        """It on an answer; its name is said beside."""
        return {
            "required": self.is_required,
            "description": self.description,
            "schema": self.schema,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """What others have laid down, and endpoints follow; ``url`` is where.

    ``marks`` are on every answer but those to OPTIONS, which have ``offers``, and ``refusal`` are
    on those that say 412: another version is spoken.
    """

    url: str
    marks: tuple[HeaderField, ...] = ()
    refusal: tuple[HeaderField, ...] = ()
    offers: tuple[HeaderField, ...] = ()
