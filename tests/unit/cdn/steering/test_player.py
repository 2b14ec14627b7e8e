"""What players say: read where it makes sense, and never a fault where it does not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.steering.player import SLOW_BPS, Player, read_player

NAMES = {"a", "b"}
SLOW, FAST = str(SLOW_BPS - 1), str(SLOW_BPS)


def read(**query: str) -> Player:
    return read_player(query, NAMES, new_session="new", country=None)


def test_a_first_question_is_answered_to_a_new_session() -> None:
    said = read(_HLS_pathway="a", _HLS_throughput="1000000")
    assert said == Player("new", "a", 1_000_000, begins=True)


def test_a_session_is_brought_along() -> None:
    assert read(session="s-1_Z") == Player("s-1_Z")


def test_a_pathway_may_be_quoted() -> None:
    assert read(_HLS_pathway='"a"').pathway == "a"


def test_who_is_slow_avoids_the_first_pathway_where_he_was() -> None:
    assert read(session="s", _HLS_pathway="a", _HLS_throughput=SLOW).avoid == "a"
    assert read(session="s", _HLS_pathway="b", _HLS_throughput=SLOW, avoid="a").avoid == "a"
    assert read(session="s", _HLS_pathway="b", _HLS_throughput=FAST, avoid="a").avoid == "a"


def test_who_is_not_slow_or_has_measured_nothing_avoids_none() -> None:
    assert read(session="s", _HLS_pathway="a", _HLS_throughput=FAST).avoid is None
    assert read(_HLS_pathway="a", _HLS_throughput=SLOW).avoid is None
    assert read(session="s", _HLS_pathway="c", _HLS_throughput=SLOW).avoid is None


@pytest.mark.parametrize("session", ["", "a" * 33, "a b", "ä", "<script>", "a\n"])
def test_what_is_no_session_is_not_one(session: str) -> None:
    assert read(session=session).session == "new"


@pytest.mark.parametrize("text", ["", "-1", "1.5", "1e9", "9" * 13, "١٢", "NaN", " 1"])
def test_what_is_no_throughput_was_not_said(text: str) -> None:
    assert read(_HLS_throughput=text).throughput_bps is None


@given(
    st.dictionaries(
        st.sampled_from(["session", "avoid", "_HLS_pathway", "_HLS_throughput", "x"]), st.text()
    )
)
def test_whatever_is_said_is_read(query: dict[str, str]) -> None:
    said = read(**query)
    assert said.pathway in {None, *NAMES}
    assert said.avoid in {None, *NAMES}
    assert 0 < len(said.session) <= 32
