"""What somebody typed, and where it is met."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.companion.search.edits import beginning_one_edit_away, is_one_edit
from origin.companion.search.highlights import highlights
from origin.companion.search.highlights import marked as marked_in
from origin.companion.search.matching import Nearness
from origin.companion.search.names import name_of
from origin.companion.search.ranking import Candidate, ranked
from origin.companion.search.typed import WORDS_MAX, Sought, Typed, read_typed

ANYTHING = st.text(st.characters(exclude_categories=()), max_size=60)
WORD = st.text("abc", min_size=1, max_size=6)


@pytest.mark.parametrize(
    ("text", "typed"),
    [
        ("Love So", Typed((Sought("love"), Sought("so", is_open=True)))),
        ("love so ", Typed((Sought("love"), Sought("so")))),
        ('"Love Song" li', Typed((Sought("li", is_open=True),), (("love", "song"),))),
        ('"love', Typed((Sought("love", is_open=True),))),
        ('""', Typed(())),
        ("title:love AND (x OR *)", None),
        ("東京", Typed((Sought("東京", is_open=True),))),
        ("愛 ", Typed((Sought("愛", is_open=True),))),
        ("“東京都”", Typed((), (("東京", "京都"),))),
        ("love love", Typed((Sought("love"), Sought("love", is_open=True)))),
        ("\u0301 \ud800\u202e", Typed(())),
    ],
)
def test_what_was_typed(text: str, typed: Typed | None) -> None:
    read = read_typed(text)
    if typed is None:  # signs of query languages are none here
        assert [each.text for each in read.words] == ["title", "love", "and", "x", "or"]
    else:
        assert read == typed


@given(ANYTHING)
def test_nothing_that_is_typed_fails(text: str) -> None:
    typed = read_typed(text)
    assert len(typed.all_words) <= WORDS_MAX
    assert typed.is_nothing == (not typed.all_words)


def distance(one: str, other: str) -> int:
    """Optimal string alignment, as textbooks have it."""
    rows = [list(range(len(other) + 1))]
    for i, a in enumerate(one, 1):
        row = [i]
        for j, b in enumerate(other, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (a != b)))
            if i > 1 and j > 1 and a == other[j - 2] and one[i - 2] == b:
                row[-1] = min(row[-1], rows[-2][j - 2] + 1)
        rows.append(row)
    return rows[-1][-1]


@given(WORD, WORD)
def test_one_edit_is_what_textbooks_say(one: str, other: str) -> None:
    assert is_one_edit(one, other) == (distance(one, other) <= 1)
    far = all(distance(one, other[:length]) > 1 for length in range(1, len(other) + 1))
    assert (beginning_one_edit_away(one, other) == 0) == far


def marked(text: str, typed: str, *others: str) -> list[str]:
    parts, *_ = marked_in((text, *others), read_typed(typed))
    return [text[begin:end] for begin, end in parts]


@pytest.mark.parametrize(
    ("text", "typed", "parts"),
    [
        ("Hoppípolla live", "hopp", ["Hopp"]),
        ("Hoppípolla live", "hoppipola", ["Hoppípolla"]),
        ("Hoppípolla live", "hpopi", ["Hoppí"]),
        ("Die Straße", "strasse", ["Straße"]),
        ("東京都の夜", "京都", ["京都"]),
        ("東京都の夜", "東京都", ["東京都"]),
        ("Love, dove", "love", ["Love"]),
        ("<b>Love</b>", "love b", ["b", "Love", "b"]),
        ("Nothing", "else", []),
        ("Live AC/DC!", "acdc", ["AC/DC"]),
        ("Live AC/DC!", "acd", ["AC/D"]),
        ("R.E.M.", "rem", ["R.E.M"]),
        ("Sexy Ke$ha, Ke$ha", "kesha", ["Ke$ha", "Ke$ha"]),
        ("Sexy Joey Bada$$", "badass", ["Bada$$"]),
        ("L’Amour", "l'a", ["L’A"]),
        ("Spi\u0301der-Ma\u0301n", "spiderm", ["Spi\u0301der-M"]),
        ("Spider-Man", "spidrman", ["Spider-Man"]),
        ("The Midnight City!", "midnightcity", ["Midnight City"]),
        ("The Midnight City!", "midnightci", ["Midnight Ci"]),
        ("The Midnight City!", "nightcity", []),
        ("Rock ‘n’ Roll", "rocknroll", ["Rock ‘n’ Roll"]),
        ("Thunderstruck", "thunder struck", ["Thunderstruck"]),
        ("Thunderstruck", "thunder str", ["Thunderstr"]),
        ("Back In Black", "back inblack", ["Back", "In Black"]),
        ("Midnight City", "mid night city", ["Midnight", "City"]),
    ],
)
def test_what_matched_is_marked(text: str, typed: str, parts: list[str]) -> None:
    assert marked(text, typed) == parts


def test_what_is_like_it_is_not_marked_where_there_is_it_itself() -> None:
    assert marked("Dove", "love", "Love") == []
    assert marked("Spyder-Man", "spiderman", "Spider-Man") == []


@given(ANYTHING, ANYTHING)
def test_parts_are_in_order_and_inside(text: str, typed: str) -> None:
    sought = read_typed(typed).all_words
    end_before = -1
    for begin, end in highlights(name_of(text), sought, [Nearness.BEGINS_LIKE] * len(sought)):
        assert end_before < begin < end <= len(text)
        end_before = end


def candidate(key: str, title: str, *, plays: int = 0, others: str = "") -> Candidate:
    return Candidate(key, tuple(title.split()), tuple(others.split()), 1.0, plays, 0.0)


def test_what_is_as_typed_comes_before_what_is_like_it() -> None:
    found = [
        candidate("like", "lone song"),
        candidate("more", "love song of mine"),
        candidate("exact", "love song"),
        candidate("elsewhere", "other"),
        candidate("artist", "other", others="love song"),
    ]
    order = ranked(read_typed("love song "), found, now_s=0.0)
    assert order[:2] == ["exact", "more"]
    assert order[-1] == "elsewhere"


def test_plays_decide_among_equals_and_outweigh_a_rare_word() -> None:
    found = [candidate("few", "love"), candidate("many", "love", plays=1000)]
    assert ranked(read_typed("love "), found, now_s=0.0) == ["many", "few"]
    found = [candidate("rare", "lvoe song here"), candidate("meant", "love", plays=1_000_000)]
    assert ranked(read_typed("lvoe "), found, now_s=0.0) == ["meant", "rare"]


def test_a_title_that_is_what_was_typed_comes_before_parts_of_it() -> None:
    found = [candidate("one", "duran", plays=100), candidate("both", "duran duran", plays=10)]
    assert ranked(read_typed("duran duran"), found, now_s=0.0) == ["both", "one"]


def test_a_title_that_is_like_what_was_typed_comes_before_its_words_in_another_order() -> None:
    found = [candidate("a", "moon blue"), candidate("meant", "blue moon")]
    for typed in ("blue moom", "bluw moon ", "blue moon"):
        assert ranked(read_typed(typed), found, now_s=0.0) == ["meant", "a"]
