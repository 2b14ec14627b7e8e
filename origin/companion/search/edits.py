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
        return _is_changed(one, other, here)
    shorter, longer = sorted((one, other), key=len)
    return shorter[here:] == longer[here + 1 :]


def are_far_apart(one: str, other: str) -> bool:
    """Tell of most words that they are more than an edit apart, and what each begins with is, too.

    Both have two letters or more.
    """
    if one[0] == other[0]:
        return False
    return one[1] != other[1] and one[0] != other[1] and one[1] != other[0]


def beginning_one_edit_away(typed: str, word: str) -> int:
    """Return how many letters of a word are what was typed but for one edit, 0 where none are."""
    here, length = _first_difference(typed, word), len(typed)
    if length <= len(word) and (here == length or _is_changed(typed, word[:length], here)):
        return length
    if length - 1 <= len(word) and word[here : length - 1] == typed[here + 1 :]:
        return length - 1
    if length + 1 <= len(word) and word[here + 1 : length + 1] == typed[here:]:
        return length + 1
    return 0


def _is_changed(one: str, other: str, here: int) -> bool:
    """Tell whether words of one length are the same but for a letter, or two that changed places.

    They differ from ``here`` on.
    """
    rest, other_rest = one[here:], other[here:]
    swapped = rest[1::-1] == other_rest[:2] and rest[2:] == other_rest[2:]
    return swapped or rest[1:] == other_rest[1:]


def _first_difference(one: str, other: str) -> int:
    for place, (a, b) in enumerate(zip(one, other, strict=False)):
        if a != b:
            return place
    return min(len(one), len(other))
