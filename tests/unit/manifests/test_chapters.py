import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from manifests.chapters import Chapter, are_in_order, date_ranges, hls_json, podcast_json
from manifests.date_range import DateRange

RATE_HZ = 44_100
CHAPTERS = (
    Chapter("Für Elise", 0, 441_000),
    Chapter("", 441_000, 1),
    Chapter('The "End" {$x}', 500_000, 44_100),
)


def test_podcast_players_read_their_json() -> None:
    assert json.loads(podcast_json(CHAPTERS, RATE_HZ)) == {
        "version": "1.2.0",
        "chapters": [
            {"startTime": 0.0, "endTime": 10.0, "title": "Für Elise"},
            {"startTime": 10.0, "endTime": 10.0},
            {"startTime": 11.338, "endTime": 12.338, "title": 'The "End" {$x}'},
        ],
    }


@pytest.mark.parametrize(("language", "told"), [("de", "de"), (None, "und")])
def test_apples_players_read_theirs(language: str | None, told: str) -> None:
    assert json.loads(hls_json(CHAPTERS, RATE_HZ, language)) == [
        {
            "chapter": 1,
            "start-time": 0.0,
            "duration": 10.0,
            "titles": [{"language": told, "title": "Für Elise"}],
        },
        {"chapter": 2, "start-time": 10.0, "duration": 0.0},
        {
            "chapter": 3,
            "start-time": 11.338,
            "duration": 1.0,
            "titles": [{"language": told, "title": 'The "End" {$x}'}],
        },
    ]


def test_json_is_text_that_people_can_read() -> None:
    assert "Für Elise".encode() in podcast_json(CHAPTERS, RATE_HZ)
    assert "Für Elise".encode() in hls_json(CHAPTERS, RATE_HZ, "de")


def test_date_ranges_lie_on_the_timeline_of_the_first_sample() -> None:
    first, second, third = date_ranges(CHAPTERS, RATE_HZ)
    assert first.render() == (
        'ID="chapter-1",START-DATE="2000-01-01T00:00:00.000Z",CLASS="io.soundbridge.chapter",'
        'DURATION=10,X-TITLE="Für Elise"'
    )
    assert second.client_attributes == ()
    assert third.start_date == datetime(2000, 1, 1, 0, 0, 11, 338_000, UTC)
    assert third.duration_s == Decimal(1)


def test_a_title_cannot_become_syntax() -> None:
    third = date_ranges(CHAPTERS, RATE_HZ)[2]
    assert third.client_attributes == (("X-TITLE", "The 'End' { $x}"),)
    assert DateRange.parse(third.render()) == third


@given(
    st.lists(st.integers(1, 50_000_000), min_size=2, max_size=20), st.sampled_from([44_100, 48_000])
)
def test_a_chapter_ends_when_the_next_begins(durations_ticks: list[int], rate_hz: int) -> None:
    chapters, start_ticks = [], 0
    for duration_ticks in durations_ticks:
        chapters.append(Chapter("", start_ticks, duration_ticks))
        start_ticks += duration_ticks
    for one, other in pairwise(date_ranges(chapters, rate_hz)):
        assert one.start_date is not None
        assert one.duration_s is not None
        assert (
            one.start_date + timedelta(milliseconds=int(one.duration_s * 1000)) == other.start_date
        )
    told = json.loads(podcast_json(chapters, rate_hz))["chapters"]
    assert [one["endTime"] for one in told[:-1]] == [other["startTime"] for other in told[1:]]


@pytest.mark.parametrize(
    "spans", [[], [(0, 10)], [(0, 4), (4, 6)], [(1, 2), (5, 5)]], ids=["none", "all", "two", "gap"]
)
def test_chapters_that_are_in_order(spans: list[tuple[int, int]]) -> None:
    assert are_in_order([Chapter("", *span) for span in spans], 10)


@pytest.mark.parametrize(
    "spans",
    [[(0, 11)], [(-1, 4)], [(0, 4), (3, 2)], [(4, 4), (0, 4)], [(2, 0)], [(10, 2**62)]],
    ids=["too long", "too early", "overlap", "backwards", "empty", "far too long"],
)
def test_chapters_that_are_not(spans: list[tuple[int, int]]) -> None:
    assert not are_in_order([Chapter("", *span) for span in spans], 10)
