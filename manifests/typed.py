"""What JSON says, as frozen dataclasses: each field is of the type that the class gives it.

Whoever wrote an object of the store, nothing of it is believed before it was looked at: a size that
is text would fail far away, where nobody knows what it was. Fields of other names are refused, too;
those that have a default may be left out. A class has its reader made once, as a long index has
thousands of segments.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, is_dataclass
from enum import Enum
from functools import cache
from types import NoneType, UnionType
from typing import Any, Final, TypeVar, cast, get_args, get_origin, get_type_hints

from manifests.errors import ManifestError

T = TypeVar("T")
_Read = Callable[[Any], Any]
_INTEGER_MAX: Final = 2**63 - 1
"""More is no size and no duration of anything, and cannot be divided."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


class _Odd(Exception):
    """A value is of another type; the path to it is added on the way up."""

    def __init__(self, what: str, *path: str) -> None:
        self.what = what
        self.path = path

    def within(self, name: str) -> "_Odd":
        return _Odd(self.what, name, *self.path)


def read(kind: type[T], value: object) -> T:
    """Return a dataclass of what JSON says; ManifestError tells which field is not as it must be.

    Types of fields may be ``str``, ``bool``, ``int``, ``float``, enumerations, other dataclasses,
    ``tuple[X, ...]``, ``Mapping[str, X]``, and any of those or None.
    """
    try:
        return cast("T", _reader(cast("Any", kind))(value))
    except _Odd as odd:
        place = ".".join(odd.path)
        raise ManifestError(f"{place} is {odd.what}" if place else f"it is {odd.what}") from None


@cache
def _reader(kind: Any) -> _Read:
    simple = _SIMPLE.get(kind)
    if simple is not None:
        return simple
    if get_origin(kind) is tuple:
        return _of_each(_reader(get_args(kind)[0]))
    if get_origin(kind) is Mapping:
        return _by_name(_reader(get_args(kind)[1]))
    if isinstance(kind, UnionType):
        (other,) = set(get_args(kind)) - {NoneType}
        return _or_none(_reader(other))
    return _of_class(kind) if is_dataclass(kind) else _of_enumeration(kind)


def _text(value: Any) -> str:
    if type(value) is not str or (not value.isascii() and _SURROGATE.search(value)):
        raise _Odd("no text")
    return value


def _truth(value: Any) -> bool:
    if type(value) is not bool:
        raise _Odd("neither true nor false")
    return value


def _integer(value: Any) -> int:
    if type(value) is not int or not -_INTEGER_MAX <= value <= _INTEGER_MAX:
        raise _Odd("no integer")
    return value


def _number(value: Any) -> float:
    if type(value) is int:
        return _integer(value)
    if type(value) is not float or not math.isfinite(value):
        raise _Odd("no number")
    return value


_SIMPLE: Final[Mapping[Any, _Read]] = {
    str: _text,
    bool: _truth,
    int: _integer,
    float: _number,
}


def _or_none(read_other: _Read) -> _Read:
    return lambda value: None if value is None else read_other(value)


def _of_enumeration(kind: type[Enum]) -> _Read:
    def read_one(value: Any) -> Enum:
        try:
            return kind(value)
        except ValueError:
            raise _Odd(f"none of {', '.join(str(one.value) for one in kind)}") from None

    return read_one


def _of_each(read_item: _Read) -> _Read:
    def read_all(value: Any) -> tuple[Any, ...]:
        if type(value) is not list:
            raise _Odd("no list")
        found = []
        for number, item in enumerate(value):
            try:
                found.append(read_item(item))
            except _Odd as odd:
                raise odd.within(str(number)) from None
        return tuple(found)

    return read_all


def _by_name(read_item: _Read) -> _Read:
    def read_all(value: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise _Odd("no object")
        return {_text(name): _within(_text(name), read_item, item) for name, item in value.items()}

    return read_all


def _of_class(kind: Any) -> _Read:
    hints = get_type_hints(kind)
    readers = {field.name: _reader(hints[field.name]) for field in fields(kind)}
    needed = {
        field.name
        for field in fields(kind)
        if field.default is MISSING and field.default_factory is MISSING
    }

    def read_one(value: Any) -> Any:
        if type(value) is not dict:
            raise _Odd("no object")
        if not needed <= value.keys() <= readers.keys():
            strange = min(needed - value.keys() or value.keys() - readers.keys())
            raise _Odd("missing" if strange in needed else "nothing that is known here", strange)
        return kind(**{name: _within(name, readers[name], value[name]) for name in value})

    return read_one


def _within(name: str, read_one: _Read, value: Any) -> Any:
    try:
        return read_one(value)
    except _Odd as odd:
        raise odd.within(name) from None
