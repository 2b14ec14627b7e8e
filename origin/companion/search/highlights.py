"""Which parts of a text are what was looked for, for a typo, too. Pure.

Parts are pairs of offsets, half-open, in characters (Unicode code points): a page marks them in the
text itself, and nothing that somebody wrote has to be trusted as HTML.
"""

from collections.abc import Sequence

from origin.companion.search.matching import Nearness, meet
from origin.companion.search.typed import Sought
from origin.companion.search.words import Word, words_of_name

Span = tuple[int, int]


def highlights(text: str, sought: Sequence[Sought], nearest: Sequence[Nearness]) -> list[Span]:
    """Return the parts to mark; ``nearest`` is how near any word of the whole hit is to each.

    So nothing is marked that is like what was typed, where the hit has that itself.
    """
    spans = []
    for word in words_of_name(text):
        for each, nearness in zip(sought, nearest, strict=True):
            span = _met(each, nearness, word)
            if span is not None:
                spans.append(span)
    return _joined(spans)


def _met(sought: Sought, nearest: Nearness, word: Word) -> Span | None:
    meeting = meet(sought, word.text)
    as_typed = meeting.nearness >= Nearness.BEGINS
    if meeting.nearness is Nearness.NONE or (not as_typed and meeting.nearness < nearest):
        return None
    return word.start, word.ends[meeting.letters - 1]


def _joined(spans: list[Span]) -> list[Span]:
    joined: list[Span] = []
    for begin, end in sorted(spans):
        if joined and begin <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined
