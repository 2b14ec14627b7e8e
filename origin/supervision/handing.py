"""What a process is given by the supervisor that starts it: by the names of fields.

After an upgrade, what is started is of a later version than its supervisor, and its classes may
have other fields, or the same in another order. Dataclasses with slots pickle values in their order
alone, so that each would silently become its neighbour.
"""

from collections.abc import Iterator, Mapping
from dataclasses import MISSING, dataclass, fields, is_dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Misfit:
    """Stands for what this version cannot make of what it was given."""

    reason: str


def by_name(value: Any) -> Any:
    """Return what pickles in place of a value: dataclasses in it arrive by their fields' names.

    Where they cannot, a Misfit arrives.
    """
    if type(value) is tuple:
        return tuple(map(by_name, value))
    if is_dataclass(value) and not isinstance(value, type):
        return _Named(value)
    return value


class _Named:
    """A dataclass's instance on its way."""

    def __init__(self, value: Any) -> None:
        self._value = value

    def __reduce__(self) -> tuple[Any, ...]:
        names = (each.name for each in fields(self._value))
        values = {name: by_name(getattr(self._value, name)) for name in names}
        return made, (type(self._value), values)


def made(kind: type[Any], values: Mapping[str, Any]) -> Any:
    """Return an instance of a dataclass with these values, and its defaults for others."""
    for misfit in misfits(tuple(values.values())):
        return misfit
    known = {each.name: each for each in fields(kind)}
    lacking = [
        name
        for name, each in known.items()
        if name not in values and each.default is MISSING and each.default_factory is MISSING
    ]
    if unknown := values.keys() - known.keys():
        return Misfit(_sentence(kind, "does not know", unknown))
    if lacking:
        return Misfit(_sentence(kind, "needs to be told", lacking))
    return kind(**values)


def misfits(values: tuple[Any, ...]) -> Iterator[Misfit]:
    """Return what does not fit among values that have arrived."""
    for value in values:
        if isinstance(value, Misfit):
            yield value
        elif type(value) is tuple:
            yield from misfits(value)


def _sentence(kind: type[Any], lacks: str, names: Any) -> str:
    return (
        f"The version that is installed {lacks} {', '.join(sorted(names))} of {kind.__name__}, and"
        " the server was started by another one: stop it, and start it again."
    )
