"""Which parts of a text are what was looked for, for a typo, too. Pure.

Parts are pairs of offsets, half-open, in characters (Unicode code points): a page marks them in the
text itself, and nothing that somebody wrote has to be trusted as HTML.
"""

from collections.abc import Iterator, Sequence

from origin.companion.search.hangul import place_in
from origin.companion.search.joining import join
from origin.companion.search.matching import Nearness, meet, nearest, runs
from origin.companion.search.names import Name, name_of
from origin.companion.search.typed import Sought, Typed, joined_of
from origin.companion.search.words import Word

Span = tuple[int, int]


def marked(texts: Sequence[str | None], typed: Typed) -> list[list[Span]]:
    """Return the parts to mark in each text of a hit; what is None has none.

    Nothing is marked that is like what was typed, where the hit has that itself.
    """
    names = [name_of(text) for text in texts]
    words = [word.text for name in names for word in name.words]
    joined = [text for name in names for text in name.joined_texts]
    sought = typed.all_words
    near = [nearest(each, words, joined) for each in sought]
    as_one = [
        each.word
        for each in joined_of(typed)
        if min(near[each.first : each.last]) < Nearness.BEGINS  # or each is marked by itself
    ]
    near += [Nearness.SAME] * len(as_one)  # never what is like them
    parts = [highlights(name, (*sought, *as_one), near) for name in names]
    return [
        _merged([*spans, *(span for each in sought for span in _of_runs(name, each))])
        for name, spans in zip(names, parts, strict=True)
    ]


def highlights(name: Name, sought: Sequence[Sought], nearest: Sequence[Nearness]) -> list[Span]:
    """Return the parts to mark; ``nearest`` is how near any word of the whole hit is to each."""
    spans = []
    for word in (*name.words, *name.joined):
        for each, nearness in zip(sought, nearest, strict=True):
            span = _met(each, nearness, word)
            if span is not None:
                spans.append(span)
    return _merged(spans)


def _of_runs(name: Name, sought: Sought) -> Iterator[Span]:
    words = [word for word in name.words if not word.is_tail]
    for run in runs(sought, [word.text for word in words]):
        yield words[run.first].start, join(words).ends[run.end - 1]
    for word in words:
        place = place_in(sought.text, word.text)
        if place is not None:
            yield word.ends[place - 1], word.ends[place + len(sought.text) - 1]


def _met(sought: Sought, nearest: Nearness, word: Word) -> Span | None:
    meeting = meet(sought, word.text)
    as_typed = meeting.nearness >= Nearness.BEGINS
    if meeting.nearness is Nearness.NONE or (not as_typed and meeting.nearness < nearest):
        return None
    return word.start, word.ends[meeting.letters - 1]


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for begin, end in sorted(spans):
        if merged and begin <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((begin, end))
    return merged
