"""Values of our own types as JSON and bytes, and back: by type, strictly, without running anything.

Bytes travel beside the JSON, which holds their sizes, in the order in which they are met. What is
read back has exactly the fields of its dataclass with exactly their types, whoever wrote it.
"""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, Union, get_args, get_origin, get_type_hints

T = TypeVar("T")

_LARGEST_INT: Final = 2**63


class Misfit(Exception):
    """A value that is not what its type says."""


def pack(value: object) -> tuple[Any, list[bytes]]:
    """Return what JSON can hold of ``value``, and its bytes."""
    parts: list[bytes] = []
    return _packed(value, parts), parts


def unpack(kind: type[T], value: Any, body: bytes | bytearray) -> T:
    """Return the ``kind`` that was packed as ``value`` and ``body``; raises Misfit."""
    parts = _Parts(body)
    unpacked: T = _unpacked(kind, value, parts)
    if not parts.are_used_up:
        raise Misfit("there are more bytes than it says")
    return unpacked


class _Parts:
    """Bytes that are taken from the front."""

    def __init__(self, body: bytes | bytearray) -> None:
        self._body = memoryview(body)
        self._at = 0

    @property
    def are_used_up(self) -> bool:
        return self._at == len(self._body)

    def take(self, size_bytes: int) -> bytes:
        end = self._at + size_bytes
        if not self._at <= end <= len(self._body):
            raise Misfit("there are fewer bytes than it says")
        taken = bytes(self._body[self._at : end])
        self._at = end
        return taken


def _packed(value: Any, parts: list[bytes]) -> Any:
    if isinstance(value, bytes):
        parts.append(value)
        return len(value)
    if isinstance(value, Mapping):
        return {key: _packed(item, parts) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_packed(item, parts) for item in value]
    if is_dataclass(value):
        return {field.name: _packed(getattr(value, field.name), parts) for field in fields(value)}
    return value


def _unpacked(kind: Any, value: Any, parts: _Parts) -> Any:
    origin = get_origin(kind)
    if origin in {Union, UnionType}:
        return _optional(get_args(kind), value, parts)
    if origin is tuple:
        return _sequence(get_args(kind), value, parts)
    if origin is not None and issubclass(origin, Mapping):
        of_values = get_args(kind)[1]
        return {key: _unpacked(of_values, item, parts) for key, item in _is(dict, value).items()}
    if is_dataclass(kind):
        return _record(kind, value, parts)
    return _scalar(kind, value, parts)


def _optional(kinds: tuple[Any, ...], value: Any, parts: _Parts) -> Any:
    if value is None and NoneType in kinds:
        return None
    (kind,) = (kind for kind in kinds if kind is not NoneType)
    return _unpacked(kind, value, parts)


def _sequence(kinds: tuple[Any, ...], value: Any, parts: _Parts) -> tuple[Any, ...]:
    items = _is(list, value)
    if kinds[-1] is Ellipsis:
        return tuple(_unpacked(kinds[0], item, parts) for item in items)
    if len(items) != len(kinds):
        raise Misfit(f"{len(items)} items instead of {len(kinds)}")
    return tuple(map(_unpacked, kinds, items, [parts] * len(kinds)))


def _record(kind: Any, value: Any, parts: _Parts) -> Any:
    types = _types_of(kind)
    if _is(dict, value).keys() != types.keys():
        raise Misfit(f"other fields than those of a {kind.__name__}")
    return kind(**{name: _unpacked(types[name], value[name], parts) for name in types})


@cache
def _types_of(kind: type) -> dict[str, Any]:
    """Return a dataclass's fields in their order, with their types."""
    hints = get_type_hints(kind)
    return {field.name: hints[field.name] for field in fields(kind)}


def _scalar(kind: Any, value: Any, parts: _Parts) -> Any:
    if kind is bytes:
        return parts.take(_is(int, value))
    if kind is int and abs(_is(int, value)) >= _LARGEST_INT:
        raise Misfit("a number that is too large")
    if kind is float:
        return _number(value)
    if issubclass(kind, Enum):
        try:
            return kind(value)
        except ValueError as error:
            raise Misfit(f"no {kind.__name__}") from error
    return _is(kind, value)


def _number(value: Any) -> float:
    """Return an integer as it came: it is written as one wherever it goes."""
    number: float = value if type(value) is int else _is(float, value)
    if not math.isfinite(number) or abs(number) >= _LARGEST_INT:
        raise Misfit("no finite number")
    return number


def _is(kind: type[T], value: Any) -> T:
    if type(value) is not kind:  # a bool is no int here
        raise Misfit(f"a {type(value).__name__} instead of a {kind.__name__}")
    return value
