"""Attribute lists, ``NAME=value,NAME="value"``, and how a dataclass says which ones it holds.

A tag's noun is a dataclass whose fields carry their attribute's name and syntax::

    uri: Annotated[str, Attribute("URI", QUOTED)]

``read_attributes`` and ``write_attributes`` follow those labels, so that both directions are one
statement and cannot drift apart. A field with a default is optional, a value equal to its default
is not written, and a field without a label is no attribute. Attributes that no field asks for are
ignored (RFC 8216 §6.3.1). Both directions take time linear in the text.
"""

import re
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Any, Final, NamedTuple, TypeVar, get_args, get_type_hints

from manifests.attribute_values import SECTION, Syntax, Value
from manifests.errors import ManifestError

_ATTRIBUTE: Final = re.compile(r' *([A-Za-z0-9._-]+)=(?:"([^"]*)"|([^", ]*)) *(,|\Z)')

Noun = TypeVar("Noun")


@dataclass(frozen=True, slots=True)
class Attribute:
    """Labels a field with the attribute that it holds."""

    name: str
    syntax: Syntax


class _Column(NamedTuple):
    field: str
    attribute: Attribute
    default: Any


def parse_attributes(text: str) -> dict[str, Value]:
    """Return the values of an attribute list by name; spaces around a comma are tolerated."""
    values: dict[str, Value] = {}
    position, separator = 0, ","
    while separator:
        found = _ATTRIBUTE.match(text, position)
        if found is None:
            raise ManifestError(
                f"no NAME=value can be read at {text[position : position + 40]!r}", section=SECTION
            )
        name, quoted, plain, separator = found.groups()
        if name in values:
            raise ManifestError(f"the attribute {name} appears twice", section=SECTION)
        values[name] = Value(plain, quoted=False) if quoted is None else Value(quoted, quoted=True)
        position = found.end()
    return values


@cache
def _columns(noun: type) -> tuple[_Column, ...]:
    hints = get_type_hints(noun, include_extras=True)
    return tuple(
        _Column(field.name, label, field.default)
        for field in fields(noun)
        for label in get_args(hints[field.name])
        if isinstance(label, Attribute)
    )


def read_attributes(noun: type[Noun], text: str) -> Noun:
    """Return the dataclass ``noun`` that an attribute list describes."""
    return noun(**arguments(noun, parse_attributes(text)))


def arguments(noun: type, values: Mapping[str, Value]) -> dict[str, Any]:
    """Return the arguments that build ``noun`` from its attributes."""
    found: dict[str, Any] = {}
    for field, attribute, default in _columns(noun):
        value = values.get(attribute.name)
        if value is not None:
            try:
                found[field] = attribute.syntax.read(value)
            except ManifestError as error:
                raise ManifestError(
                    f"the attribute {attribute.name}: {error.message}", section=error.section
                ) from error
        elif default is MISSING:
            raise ManifestError(f"the attribute {attribute.name} is missing")
    return found


def write_attributes(value: object) -> str:
    """Return the attribute list of a dataclass, in the order of its fields."""
    noun: type = type(value)
    return ",".join(
        f"{attribute.name}={attribute.syntax.write(getattr(value, field))}"
        for field, attribute, default in _columns(noun)
        if default is MISSING or getattr(value, field) != default
    )
