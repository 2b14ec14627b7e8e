"""How near two words are: the same, one edit apart, or neither. Pure.

An edit is a letter too many, too few or another, or two neighbours that changed places.
"""

from typing import Final

_SHORT: Final = 2


def is_one_edit(one: str, other: str) -> bool:
    """Tell whether one edit, or none, makes a word another."""
    if one == other:
        return True
    if abs(len(one) - len(other)) > 1:
        return False
    if min(len(one), len(other)) > _SHORT and one[0] != other[0] and one[-1] != other[-1]:
        return False  # most words are told apart here
    here = _first_difference(one, other)
    if len(one) == len(other):
        rest, other_rest = one[here:], other[here:]
        swapped = rest[1::-1] == other_rest[:2] and rest[2:] == other_rest[2:]
        return swapped or rest[1:] == other_rest[1:]
    shorter, longer = sorted((one, other), key=len)
    return shorter[here:] == longer[here + 1 :]


def beginning_one_edit_away(typed: str, word: str) -> int:
    """Return how many letters of a word are what was typed but for one edit, 0 where none are."""
    for length in (len(typed), len(typed) - 1, len(typed) + 1):
        if 0 < length <= len(word) and is_one_edit(typed, word[:length]):
            return length
    return 0


def _first_difference(one: str, other: str) -> int:
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))
