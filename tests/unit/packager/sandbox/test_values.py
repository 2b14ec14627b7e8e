import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packager.sandbox.values import Misfit, pack, unpack


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Part:
    name: str
    data: bytes


@dataclass(frozen=True)
class Whole:
    count: int
    share: float | None
    is_new: bool
    colour: Colour
    parts: tuple[Part, ...]
    by_name: Mapping[str, bytes]
    pair: tuple[str, int]


FIELDS: dict[str, Any] = {
    "count": 1,
    "share": 0.5,
    "is_new": True,
    "colour": "red",
    "parts": [{"name": "a", "data": 2}],
    "by_name": {"b": 1},
    "pair": ["c", 3],
}

wholes = st.builds(
    Whole,
    count=st.integers(-(2**63) + 1, 2**63 - 1),
    share=st.none() | st.floats(-1e18, 1e18, allow_nan=False),
    is_new=st.booleans(),
    colour=st.sampled_from(Colour),
    parts=st.lists(st.builds(Part, st.text(), st.binary())).map(tuple),
    by_name=st.dictionaries(st.text(), st.binary()),
    pair=st.tuples(st.text(), st.integers(0, 9)),
)


@given(wholes)
def test_what_is_packed_comes_back(whole: Whole) -> None:
    packed, parts = pack(whole)
    assert unpack(Whole, json.loads(json.dumps(packed)), b"".join(parts)) == whole


@pytest.mark.parametrize(
    "change",
    [
        {"count": True},
        {"count": 1.0},
        {"count": "1"},
        {"count": None},
        {"count": 2**63},
        {"share": True},
        {"share": "0.5"},
        {"share": math.inf},
        {"share": 2**64},
        {"is_new": 1},
        {"colour": "green"},
        {"colour": []},
        {"parts": {}},
        {"parts": [["a", 2]]},
        {"parts": [{"name": "a"}]},
        {"parts": [{"name": "a", "data": 2, "more": 1}]},
        {"parts": [{"name": "a", "data": 1}]},
        {"parts": [{"name": "a", "data": 3}]},
        {"parts": [{"name": "a", "data": -1}]},
        {"by_name": []},
        {"by_name": {"b": "b"}},
        {"pair": ["c"]},
        {"pair": ["c", 3, 3]},
        {"unknown": 1},
    ],
)
def test_anything_else_is_refused(change: dict[str, Any]) -> None:
    assert unpack(Whole, FIELDS, b"xyz").parts == (Part("a", b"xy"),)
    with pytest.raises(Misfit):
        unpack(Whole, FIELDS | change, b"xyz")


@pytest.mark.parametrize("value", [None, [], "x", 1, {}])
def test_what_is_no_record(value: object) -> None:
    with pytest.raises(Misfit):
        unpack(Whole, value, b"")
