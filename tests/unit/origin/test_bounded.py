from hypothesis import given
from hypothesis import strategies as st

from origin.delivery.bounded import BoundedMap


def test_what_was_used_least_recently_goes_first() -> None:
    held: BoundedMap[str, int] = BoundedMap(2)
    held.put("a", 1, 1)
    held.put("b", 2, 1)
    assert held.get("a") == 1
    held.put("c", 3, 1)
    assert (held.get("a"), held.get("b"), held.get("c")) == (1, None, 3)


def test_what_alone_weighs_too_much_is_not_held_and_moves_nothing() -> None:
    held: BoundedMap[str, int] = BoundedMap(2)
    held.put("a", 1, 2)
    held.put("b", 2, 3)
    assert (held.get("a"), held.get("b")) == (1, None)


def test_a_value_takes_the_place_of_the_one_before() -> None:
    held: BoundedMap[str, int] = BoundedMap(3)
    held.put("a", 1, 2)
    held.put("a", 2, 1)
    held.put("b", 3, 2)
    assert (held.get("a"), held.get("b"), len(held)) == (2, 3, 2)


def test_what_is_dropped_makes_room() -> None:
    held: BoundedMap[str, int] = BoundedMap(3)
    held.put("a", 1, 2)
    held.put("b", 2, 1)
    for _ in range(2):
        held.drop("a")
    held.put("c", 3, 2)
    assert (held.get("a"), held.get("b"), held.get("c")) == (None, 2, 3)


def test_some_are_dropped_together() -> None:
    held: BoundedMap[str, int] = BoundedMap(10)
    for key in ("a/1", "b/1", "a/2"):
        held.put(key, 1, 2)
    held.drop_those(lambda key: key.startswith("a/"))
    assert (held.get("a/1"), held.get("b/1"), len(held), held.weight) == (None, 1, 1, 2)


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 12))))
def test_the_limit_holds(puts: list[tuple[int, int]]) -> None:
    held: BoundedMap[int, int] = BoundedMap(10)
    for key, weight in puts:
        held.put(key, weight, weight)
        assert held.get(key) == (weight if weight <= 10 else None)
        assert sum(held.get(each) or 0 for each in range(10)) <= 10
