"""What is derived from requests, by hand-made sessions."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cdn.cmcd.place import Place
from cdn.cmcd.report import Report
from cdn.cmcd.session import STARVED_S_MAX, Noticed, Session

PLAYLIST = Place("ann", "128k", None)
INIT = Place("ann", "128k", None, is_init=True)


def segment(number: int, rung: str = "128k") -> Place:
    return Place("ann", rung, number)


def told(
    bl_s: float | None = None, *, su: bool = False, bs: bool = False, mtp_kbps: int | None = None
) -> Report:
    bl_ms = None if bl_s is None else int(bl_s * 1000)
    return Report(bl_ms=bl_ms, su=su, bs=bs, d_ms=6000, mtp_kbps=mtp_kbps)


def run(*asked: tuple[float, Place, Report], began_s: float | None = 0.0) -> list[Noticed]:
    session = Session(began_s)
    return [session.take(place, report, at_s) for at_s, place, report in asked]


def starvations(*asked: tuple[float, Place, Report]) -> list[tuple[int, float]]:
    return [(each.starvations, round(each.starved_s, 3)) for each in run(*asked)]


def test_startup_ends_with_the_first_request_that_tells_of_a_buffer() -> None:
    noticed = run(
        (0.0, PLAYLIST, told(su=True)),
        (0.1, INIT, told(0, su=True)),
        (0.2, segment(0), told(0, su=True)),
        (1.5, segment(1), told(6, su=True)),
        (1.9, segment(2), told(12)),
    )
    assert [each.startup_s for each in noticed] == [None, None, None, 1.5, None]


def test_without_a_buffer_told_it_ends_with_the_first_that_is_not_urgent() -> None:
    noticed = run((0.2, segment(0), told(su=True)), (1.0, segment(1), told()))
    assert [each.startup_s for each in noticed] == [None, 1.0]


def test_startup_is_unknown_where_the_beginning_was_not_seen() -> None:
    noticed = run((9.0, segment(7), told(12)), (15.0, segment(8), told(12)), began_s=None)
    assert [each.startup_s for each in noticed] == [None, None]


def test_startup_begins_with_an_urgent_segment_where_nothing_came_before_it() -> None:
    noticed = run(
        (9.0, segment(0), told(0, su=True)), (9.5, segment(1), told(6, su=True)), began_s=None
    )
    assert noticed[1].startup_s == 0.5


def test_an_urgent_request_for_the_next_segment_tells_of_a_starvation() -> None:
    assert starvations(
        (0, segment(0), told(0, su=True)),
        (1, segment(1), told(6, su=True)),
        (2, segment(2), told(11)),  # 13 s without another
        (15, segment(3), told(6, su=True)),
        (16, segment(4), told(11)),
    ) == [(0, 0), (0, 0), (0, 0), (1, 2.0), (0, 0)]


def test_starving_again_before_any_calm_counts_again() -> None:
    assert starvations(
        (0, segment(0), told(0, su=True)),
        (8, segment(1), told(6, su=True)),
        (16, segment(2), told(6, su=True)),
        (24, segment(3), told(6, su=True)),
    ) == [(0, 0), (0, 0), (1, 2.0), (1, 2.0)]


def test_a_starvation_goes_on_while_hardly_anything_is_there() -> None:
    assert starvations(  # as hls.js 1.7 told over 90 kbit/s: its element stops with 0.08 s left
        (3.26, segment(0), told(4.7)),
        (12.46, segment(1), told(0.1, su=True)),
        (21.26, segment(2), told(6.1, su=True)),
        (30.06, segment(3), told(6.1, su=True)),
        (32.25, segment(4), told(9.9)),
    ) == [(0, 0), (1, 4.5), (0, 8.7), (1, 2.7), (0, 0)]


def test_a_player_that_waits_for_its_listener_does_not_starve() -> None:
    assert (
        starvations(
            *((8 * number, segment(number), told(6 * number, su=True)) for number in range(6))
        )
        == [(0, 0)] * 6
    )


def test_a_seek_is_no_starvation() -> None:
    assert (
        starvations(
            (0, segment(0), told(0, su=True)),
            (1, segment(1), told(6)),
            (2, segment(20), told(0, su=True)),
            (3, segment(21), told(6, su=True)),
            (4, segment(22), told(11)),
        )
        == [(0, 0)] * 5
    )


def test_a_seek_to_the_next_segment_is_no_starvation() -> None:
    assert (  # as hls.js 1.7 asks where somebody skips over the rest of its buffer, twice
        starvations(
            (0, segment(0), told(0, su=True)),
            (0.1, segment(1), told(6, su=True)),
            (0.2, segment(2), told(11.9)),
            (3.2, segment(3), told(1, su=True)),
            (3.2, segment(4), told(7)),
            (4.3, segment(5), told(11.9)),
            (7.2, segment(6), told(1, su=True)),
            (7.3, segment(7), told(7)),
        )
        == [(0, 0)] * 8
    )


@pytest.mark.parametrize("su", [False, True])
def test_a_slow_seek_is_no_starvation_and_one_behind_it_is(*, su: bool) -> None:
    assert starvations(
        (0, segment(0), told(0, su=True)),
        (1, segment(1), told(6)),
        (4, segment(6), told(0, su=su)),
        (6.7, segment(7), told(1.9, su=True)),
        (9.3, segment(8), told(6.1, su=True)),
    ) == [(0, 0), (0, 0), (0, 0), (0, 0), (1, 0.7)]


def test_bs_of_a_seek_is_no_starvation() -> None:
    assert (  # as dash.js 5 told, over half a megabit and with 12 s ahead: thrice within its buffer
        starvations(
            (0.4, segment(0), told(0, su=True)),
            (0.4, segment(0), told(5.9)),
            (0.4, segment(1), told(5.9)),
            (4.9, segment(2), told(4.7, su=True, bs=True)),
            (9.9, segment(3), told(5.7)),
            (12.5, segment(10), told(0, su=True, bs=True)),
            (12.5, segment(11), told(5.8)),
            (19.0, segment(12), told(5.5, su=True, bs=True)),
            (29.5, segment(13), told(5.9)),
            (33.6, segment(1), told(0, su=True, bs=True)),
            (33.6, segment(2), told(1.9)),
            (36.1, segment(3), told(5.6, su=True, bs=True)),
        )
        == [(0, 0)] * 12
    )


@pytest.mark.parametrize(
    ("number", "report"),
    [
        (2, told(6.4, su=True, bs=True)),  # as Shaka Player 4, which stops with half a second left
        (2, told(0, su=True, bs=True)),
        (2, told(5, bs=True)),
        (2, told(bs=True)),
        (1, told(5, su=True, bs=True)),
        (20, told(bs=True)),
    ],
)
def test_bs_that_can_be_of_no_seek_is_a_starvation(number: int, report: Report) -> None:
    assert starvations(
        (0, segment(0), told(0, su=True)), (1, segment(1), told(6)), (8, segment(number), report)
    ) == [(0, 0), (0, 0), (1, 1)]


def test_what_was_heard_between_is_at_the_rate_that_was_told() -> None:
    slow = Report(bl_ms=6000, d_ms=6000, pr=0.5)
    seek = told(8, su=True, bs=True)
    assert starvations((0, segment(1), slow), (8, segment(2), seek))[1] == (0, 0)
    assert starvations((0, segment(1), told()), (8, segment(2), seek))[1] == (1, 0)


def test_bs_at_the_next_init_may_tell_of_a_seek() -> None:
    assert starvations(
        (0, segment(0), told(0, su=True)),
        (0.1, segment(1), told(6)),
        (4, segment(6), told(0, su=True)),
        (4, segment(7), told(1.9, su=True)),
        (4, segment(8), told(7.9)),
        (10, INIT, told(bs=True, su=True)),
        (10, segment(9, "320k"), told(11)),
        (60, INIT, told(bs=True, su=True)),
    ) == [*[(0, 0)] * 7, (1, 39.0)]


def test_bs_counts_once_and_not_for_what_counted_already() -> None:
    assert starvations(
        (0, segment(0), told(0, su=True)),
        (1, segment(1), told(6)),
        (9, segment(2), told(0, su=True, bs=True)),
        (10, segment(3), told(6, su=True)),
        (11, segment(4), told(11)),
    ) == [(0, 0), (0, 0), (1, 2.0), (0, 1.0), (0, 0)]


def test_bs_of_an_init_and_of_its_segment_is_one() -> None:
    assert starvations(
        (0, segment(0), told(6)),
        (9, INIT, told(bs=True)),
        (9, segment(1), told(6, bs=True)),
        (20, segment(2), told(6, bs=True)),
    ) == [(0, 0), (1, 3.0), (0, 0), (1, 5.0)]


def test_a_starvation_ends_with_a_seek() -> None:
    assert starvations(
        (0, segment(0), told(6)),
        (8, segment(1), told(0, su=True)),
        (9, segment(20), told(0, su=True)),
        (14, segment(21), told(6, su=True)),
    ) == [(0, 0), (1, 2.0), (0, 0), (0, 0)]


def test_bs_at_the_next_init_tells_of_what_was_urgent_before() -> None:
    assert starvations(
        (0, segment(0), told(0, su=True)),
        (1, segment(1), told(6)),
        (9, segment(2), told(6, su=True)),
        (10, segment(3), told(11)),
        (40, INIT, told(bs=True, su=True)),
        (40, segment(4, "320k"), told(11)),
        (90, INIT, told(bs=True, su=True)),
        (90, segment(5), told(6, su=True)),
    ) == [(0, 0), (0, 0), (1, 2.0), (0, 0), (0, 0), (0, 0), (1, 39.0), (0, 0)]


def test_starved_time_is_bounded_and_at_the_rate_that_was_told() -> None:
    fast = Report(bl_ms=12_000, d_ms=6000, pr=2.0)
    assert starvations((0, segment(1), fast), (8, segment(2), told(6, su=True)))[1] == (1, 2.0)
    late = starvations((0, segment(1), told(6)), (9999, segment(2), told(0, su=True)))
    assert late[1] == (1, STARVED_S_MAX)


def test_media_counts_once_while_it_is_asked_for_again() -> None:
    noticed = run(
        (0, segment(0), told(mtp_kbps=900)),
        (1, segment(0, "320k"), told()),
        (2, segment(1), told()),
    )
    assert [each.media_s for each in noticed] == [6.0, 0.0, 6.0]
    assert noticed[0] == Noticed(True, 0.0, rung="128k", media_s=6.0, throughput_bps=900_000)


def test_who_begins_has_measured_nothing() -> None:
    noticed = run(
        (0, segment(0), told(0, su=True, mtp_kbps=500)),
        (1, segment(1), told(6, su=True, mtp_kbps=2800)),
        (9, segment(2), told(6, su=True, mtp_kbps=0)),  # as dash.js rounds 98 kbit/s
    )
    assert [each.throughput_bps for each in noticed] == [None, 2_800_000, 0]
    assert run((9, segment(7), told(6, mtp_kbps=900)))[0].throughput_bps == 900_000


def test_the_ratio_is_of_starved_time_and_media() -> None:
    session = Session(0.0)
    assert session.rebuffer_ratio is None
    session.take(segment(1), told(6), 0)
    session.take(segment(2), told(6, su=True), 8)
    assert session.rebuffer_ratio == pytest.approx(2 / 14)


REPORTS = st.builds(
    Report,
    bl_ms=st.none() | st.integers(0, 60_000),
    bs=st.booleans(),
    su=st.booleans(),
    d_ms=st.none() | st.integers(0, 10**7),
    mtp_kbps=st.none() | st.integers(0, 10**7),
    pr=st.none() | st.floats(0, 100),
)
PLACES = st.sampled_from([PLAYLIST, INIT, *map(segment, range(4))])


@given(st.lists(st.tuples(st.floats(-1e9, 1e9), PLACES, REPORTS)))
def test_whatever_comes_figures_make_sense(asked: list[tuple[float, Place, Report]]) -> None:
    session = Session(0.0)
    noticed = [session.take(place, report, at_s) for at_s, place, report in asked]
    segments = sum(place.number is not None for _, place, _ in asked)
    assert sum(each.is_first for each in noticed) == bool(segments)
    assert sum(each.startup_s is not None for each in noticed) <= 1
    assert sum(each.starvations for each in noticed) <= len(asked)
    for each in noticed:
        assert 0 <= each.starved_s <= STARVED_S_MAX
        assert 0 <= each.media_s <= 60
        assert each.startup_s is None or (each.startup_s >= 0 and math.isfinite(each.startup_s))
    ratio = session.rebuffer_ratio
    assert ratio is None or 0 <= ratio <= 1
