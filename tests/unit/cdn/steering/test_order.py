"""The order of pathways: who comes first for whom, and who moves when one comes or goes."""

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.steering.order import ordered
from cdn.steering.pathway import Pathway
from cdn.steering.player import Player

A, B, C = (Pathway(name, f"https://{name}.example/") for name in "abc")
SESSIONS = [f"session-{number}" for number in range(4000)]
NAMES = st.from_regex(r"[a-z]{1,4}", fullmatch=True)
PATHWAYS = st.lists(
    st.builds(
        Pathway,
        NAMES,
        st.just("https://a/"),
        st.floats(0.1, 9),
        st.frozensets(st.sampled_from(["DE", "FR"])),
        st.sampled_from([0, 1]),
    ),
    min_size=1,
    max_size=6,
    unique_by=lambda pathway: pathway.name,
)
COUNTRIES = st.sampled_from([None, "DE", "US"])


def names(
    pathways: list[Pathway],
    silent: set[str] | None = None,
    session: str = "s",
    avoid: str | None = None,
    country: str | None = None,
) -> list[str]:
    player = Player(session, avoid=avoid, country=country)
    return [pathway.name for pathway in ordered(pathways, silent or set(), player)]


@given(pathways=PATHWAYS, session=st.text(max_size=8), country=COUNTRIES, data=st.data())
def test_every_pathway_is_there_once_and_the_silent_ones_last(
    pathways: list[Pathway], session: str, country: str | None, data: st.DataObject
) -> None:
    all_names = [pathway.name for pathway in pathways]
    silent = data.draw(st.sets(st.sampled_from(all_names)))
    avoid = data.draw(st.sampled_from([None, *all_names]))
    found = names(pathways, silent, session, avoid, country)
    assert sorted(found) == sorted(all_names)
    answering = [name for name in found if name not in silent]
    assert found[: len(answering)] == answering
    if avoid in answering:
        assert answering[-1] == avoid


@given(pathways=PATHWAYS, session=st.text(max_size=8), country=COUNTRIES, data=st.data())
def test_a_session_stays_unless_its_own_pathway_is_lost(
    pathways: list[Pathway], session: str, country: str | None, data: st.DataObject
) -> None:
    first, *others = names(pathways, session=session, country=country)
    lost = data.draw(st.sampled_from([pathway.name for pathway in pathways]))
    left = [pathway for pathway in pathways if pathway.name != lost]
    if lost != first:
        assert names(left, session=session, country=country)[0] == first
        assert names(pathways, {lost}, session, country=country)[0] == first
    elif others:
        assert names(pathways, {lost}, session, country=country)[0] == others[0]


def test_the_order_of_the_settings_does_not_matter() -> None:
    for session in SESSIONS[:50]:
        assert names([A, B, C], session=session) == names([C, A, B], session=session)


def test_sessions_are_spread_by_weight() -> None:
    heavy = Pathway("heavy", "https://h/", 3)
    first = Counter(names([A, heavy], session=session)[0] for session in SESSIONS)
    assert first["heavy"] / len(SESSIONS) == pytest.approx(0.75, abs=0.03)
    spare = Pathway("spare", "https://s/", 0)
    assert {names([A, B, spare], session=session)[-1] for session in SESSIONS} == {"spare"}


def test_one_more_takes_its_share_from_all_alike_and_moves_nobody_else() -> None:
    before = [names([A, B], session=session)[0] for session in SESSIONS]
    after = [names([A, B, C], session=session)[0] for session in SESSIONS]
    moved = [old for old, new in zip(before, after, strict=True) if old != new]
    assert {new for old, new in zip(before, after, strict=True) if old != new} == {"c"}
    assert len(moved) / len(SESSIONS) == pytest.approx(1 / 3, abs=0.03)
    assert Counter(moved)["a"] / len(moved) == pytest.approx(0.5, abs=0.05)


def test_ones_own_country_comes_first_and_others_last() -> None:
    german = Pathway("german", "https://g/", regions=frozenset({"DE"}))
    french = Pathway("french", "https://f/", regions=frozenset({"FR"}))
    assert names([french, A, german], country="DE") == ["german", "a", "french"]
    assert names([french, A, german], country="US")[0] == "a"
    unknown = {names([french, A, german], session=session)[0] for session in SESSIONS[:99]}
    assert unknown == {"a", "german", "french"}


def test_what_costs_less_comes_first_among_those_that_are_as_near() -> None:
    dear = Pathway("dear", "https://d/", weight=1000, cost=2)
    cheap = Pathway("cheap", "https://c/", cost=1)
    near = Pathway("near", "https://n/", regions=frozenset({"DE"}), cost=9)
    assert {tuple(names([dear, cheap], session=session)) for session in SESSIONS[:99]} == {
        ("cheap", "dear")
    }
    assert names([dear, cheap, near], country="DE") == ["near", "cheap", "dear"]


def test_who_begins_stays_once_where_he_is_if_that_answers() -> None:
    for session in SESSIONS[:50]:
        for here in ("a", "b"):
            begins = Player(session, here, begins=True)
            assert ordered([A, B], (), begins)[0].name == here
            assert ordered([A, B], {here}, begins)[1].name == here
            goes_on = Player(session, here)
            assert ordered([A, B], (), goes_on) == ordered([A, B], (), Player(session))


def test_nobody_is_sent_to_what_is_in_doubt_and_who_is_there_stays() -> None:
    for session in SESSIONS[:50]:
        home = ordered([A, B, C], (), Player(session))[0].name
        elsewhere = "b" if home == "a" else "a"
        assert ordered([A, B, C], (), Player(session, elsewhere), {home})[0].name != home
        assert ordered([A, B, C], (), Player(session, home), {home})[0].name == home
        slow = Player(session, home, avoid=home)
        assert ordered([A, B, C], (), slow, {home})[-1].name == home
        assert ordered([A, B, C], (), slow, {"a", "b", "c"})[-1].name == home


def test_where_all_are_silent_or_all_in_doubt_none_of_that_counts() -> None:
    every = {"a", "b", "c"}
    for session in SESSIONS[:50]:
        usual = ordered([A, B, C], (), Player(session))
        assert ordered([A, B, C], (), Player(session), every) == usual
        assert ordered([A, B, C], every, Player(session), {usual[0].name}) == usual


def test_who_was_slow_somewhere_goes_there_last_of_what_answers() -> None:
    cheap, dear = Pathway("cheap", "https://c/"), Pathway("dear", "https://d/", cost=2)
    assert names([cheap, dear], avoid="cheap") == ["dear", "cheap"]
    assert names([cheap, dear], {"dear"}, avoid="cheap") == ["cheap", "dear"]
