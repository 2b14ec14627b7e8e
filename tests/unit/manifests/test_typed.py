"""JSON as dataclasses: what is of another type than its field is refused, with the way to it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

import pytest

from manifests.errors import ManifestError
from manifests.index import Index
from manifests.typed import read
from tests.unit.manifests.revisions import index, with_lossless

ODD = [None, True, 0, 7, -1, -1.5, float("nan"), "x", "\ud800", [], [None], {}, {"a": 1}, 10**400]


class Colour(Enum):
    RED = "red"


@dataclass(frozen=True)
class Inner:
    count: int
    flag: bool = False


@dataclass(frozen=True)
class Outer:
    name: str
    share: float
    colour: Colour
    inner: tuple[Inner, ...]
    names: Mapping[str, str]
    maybe: int | None
    late: tuple[str, ...] = field(default_factory=tuple)


GOOD: dict[str, Any] = {
    "name": "é",
    "share": 1,
    "colour": "red",
    "inner": [{"count": 1}, {"count": 2, "flag": True}],
    "names": {"a": "b"},
    "maybe": None,
}


def test_what_is_as_it_must_be_is_read() -> None:
    inner = (Inner(1), Inner(2, flag=True))
    assert read(Outer, GOOD) == Outer("é", 1, Colour.RED, inner, {"a": "b"}, None)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"name": 5}, "name is no text"),
        ({"name": "\ud800"}, "name is no text"),
        ({"share": True}, "share is no number"),
        ({"share": float("inf")}, "share is no number"),
        ({"colour": "blue"}, "colour is none of red"),
        ({"colour": []}, "colour is none of red"),
        ({"inner": {}}, "inner is no list"),
        ({"inner": [{"count": 1}, {"count": 1.0}]}, "inner.1.count is no integer"),
        ({"inner": [{"count": 1, "flag": 0}]}, "inner.0.flag is neither true nor false"),
        ({"inner": [7]}, "inner.0 is no object"),
        ({"inner": [{}]}, "inner.0.count is missing"),
        ({"names": []}, "names is no object"),
        ({"names": {"a": 1}}, "names.a is no text"),
        ({"maybe": "1"}, "maybe is no integer"),
        ({"late": "ab"}, "late is no list"),
        ({"strange": 1}, "strange is nothing that is known here"),
    ],
)
def test_what_is_not_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ManifestError, match=said):
        read(Outer, GOOD | change)


def test_what_is_no_object_at_all() -> None:
    with pytest.raises(ManifestError, match="it is no object"):
        read(Outer, [])


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the way to everything in a document, first items of lists alone."""
    yield path
    if isinstance(value, dict):
        for name, item in value.items():
            yield from places(item, (*path, name))
    elif isinstance(value, list) and value:
        yield from places(value[0], (*path, 0))


def put(value: Any, path: tuple[Any, ...], odd: Any) -> Any:
    """Return a document with something else in one place."""
    if not path:
        return odd
    copy = value.copy()
    copy[path[0]] = put(value[path[0]], path[1:], odd)
    return copy


def test_no_index_with_anything_odd_raises_anything_else() -> None:
    """What is read can be served: its sizes, digests and durations are such."""
    whole = json.loads(with_lossless(index()).to_json())
    read_any = 0
    for path in places(whole):
        for odd in ODD:
            try:
                found = Index.from_json(json.dumps(put(whole, path, odd)).encode())
            except ManifestError:
                continue
            read_any += 1
            assert found.duration_s >= 0
            assert all(len(stored.sha256) == 64 for stored in found.objects().values())
            found.to_json()
    assert read_any > 0
