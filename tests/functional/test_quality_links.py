"""What processes hand each other comes whole, in few datagrams, and is counted where it cannot."""

import asyncio
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest

from cdn.cmcd.figures import OTHER, RUNG, RUNGS_MAX, Sum
from cdn.cmcd.sampling import Thinning, number_of
from origin.quality.intake import PATH_BYTES_MAX, Intake, Outcome
from origin.quality.links import Links, open_inboxes
from origin.quality.opening import gathering_of
from origin.quality.sums import DaySums
from origin.telemetry.metrics import Metrics
from tests.servers.soundbridge import TIMEOUT_S

PATH = b"/media/a1/r1/128k/%05d.m4s"


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(TIMEOUT_S):
        while not is_so():  # noqa: ASYNC110 nothing tells of it
            await asyncio.sleep(0.01)


async def test_messages_go_together_and_come_whole() -> None:
    heard: list[list[Any]] = []
    with ExitStack() as opened:
        inboxes = open_inboxes(2, opened)
        first, second = (Links(inboxes, slot) for slot in range(2))
        with second.hearing(heard.append):
            for number in range(500):
                first.send(1, [number, "x" * 100])
            first.tell_all([3])
            first.flush()
            await until(lambda: len(heard) == 501)
    assert [number for number, *_ in heard if number != 3 or len(_)] == list(range(500))
    assert (first.sent, first.lost) == (500, 0)


async def test_what_an_inbox_cannot_take_is_lost_and_counted() -> None:
    with ExitStack() as opened:
        links = Links(open_inboxes(2, opened), 0)
        for number in range(100_000):
            links.send(1, [number, "x" * 100])
        links.flush()
        assert links.lost > 0
        assert links.sent + links.lost == 100_000


async def test_one_that_has_left_takes_nothing_more() -> None:
    heard: list[list[Any]] = []
    with ExitStack() as opened:
        inboxes = open_inboxes(2, opened)
        retiring, taking_over, other = (Links(inboxes, slot) for slot in (1, 1, 0))
        with retiring.hearing(lambda _: pytest.fail("it has left")):
            retiring.leave()
            assert not retiring.is_ours(1)
            assert taking_over.is_ours(1)
            other.send(1, [7, 8])
            other.flush()
            with taking_over.hearing(heard.append):
                await until(lambda: bool(heard))


async def test_what_two_processes_read_of_one_session_comes_together() -> None:
    with ExitStack() as opened:
        inboxes = open_inboxes(2, opened)
        sums = [DaySums(), DaySums()]
        both = [
            gathering_of(Intake(Thinning()), inboxes, slot, Metrics(), sums[slot])
            for slot in range(2)
        ]
        async with both[0].running(), both[1].running():
            for number in range(60):
                gathering = both[number % 2]
                query = b"CMCD=bl%%3D5000%%2Csid%%3D%%22s%d%%22" % (number // 6)
                gathering.intake.note_query(PATH % number, query, 1e9 + number)
            counts = [each.intake.counted for each in both]
            await until(lambda: sum(each()[Outcome.TAKEN] for each in counts) == 60)
    figures = [each for held in sums for each in held.take().values()]
    assert sum(each["sessions", ""] for each in figures) == 10
    assert sum(each["media_s", ""] for each in figures) == 60 * 6


async def test_where_notes_find_no_room_all_processes_thin_at_once() -> None:
    with ExitStack() as opened:
        inboxes = open_inboxes(2, opened)
        both = [
            gathering_of(Intake(Thinning(1, 1_500), room=10), inboxes, slot, Metrics(), None)
            for slot in range(2)
        ]
        async with both[0].running(), both[1].running():
            await asyncio.sleep(1.6)  # a second of which nothing came makes none of it fewer
            for number in range(2_000):
                both[0].intake.note_query(
                    PATH % 1, b"CMCD=bl%%3D1%%2Csid%%3D%%22%d%%22" % number, 0
                )
            await until(lambda: all(each.intake.thinning.one_in > 1 for each in both))


async def test_while_much_comes_to_one_process_the_others_choose_no_more_than_it() -> None:
    heard: list[list[Any]] = []
    with ExitStack() as opened:
        inboxes = open_inboxes(2, opened)
        thinning = Thinning(reports_per_s_max=1_000)
        thinning.hear(1)
        gathering = gathering_of(Intake(thinning), inboxes, 0, Metrics(), None)
        assert number_of(b"4") & (1 | 1 << 16) == 0  # it is chosen, and of the first process
        with Links(inboxes, 1).hearing(heard.append):
            async with gathering.running():
                for number in range(900):
                    gathering.intake.note_query(PATH % number, b"CMCD=sid%3D%224%22", 0)
                await until(lambda: bool(heard))
    assert heard == [[1]]


async def test_a_log_that_is_sent_fast_takes_no_room_from_who_is_listening() -> None:
    intake = Intake(Thinning(), room=1_000)
    gathering = gathering_of(intake, [], 0, Metrics(), None)
    async with gathering.running():
        for number in range(1_000):
            intake.note_edge(0.0, PATH % 1 + b"?CMCD=sid%%3D%%22%d%%22" % number, b"")
        assert intake.room_left == 0
        for number in range(10):
            intake.note_query(PATH % 1, b"CMCD=sid%%3D%%22%d%%22" % number, 0.0)
        await until(lambda: intake.counted() == {Outcome.TAKEN: 1_010})
        assert (intake.room_left, intake.thinning.one_in) == (1_000, 1)


def test_who_has_no_room_is_gone_beside_a_log_that_has_some() -> None:
    intake = Intake(Thinning(), room=2)
    for number in range(5):
        intake.note_query(PATH % 1, b"CMCD=sid%%3D%%22%d%%22" % number, 0.0)
        intake.note_edge(0.0, PATH % 1 + b"?CMCD=sid%%3D%%22%d%%22" % number, b"")
    assert intake.counted() == {Outcome.DROPPED: 6}
    assert [told.is_edge for told in intake.take()] == [False, True, False, True]


def test_an_intake_has_room_for_so_many_and_no_more() -> None:
    intake = Intake(Thinning(), room=10)
    for number in range(1_000_000):
        intake.note_query(PATH, b"CMCD=sid%%3D%%22%d%%22" % number, 0.0)
    assert intake.counted() == {Outcome.DROPPED: 999_990}
    assert len(intake.take()) == 10
    intake.note_query(PATH, b"CMCD=" + 5_000 * b"x", 0.0)
    intake.note_query(PATH_BYTES_MAX * b"/x", b"CMCD=bl", 0.0)
    intake.note_head(PATH, b'CMCD-Session: sid="x"' + 5_000 * b"x", 0.0)
    intake.note_query(PATH, b"_HLS_msn=3", 0.0)
    assert intake.counted()[Outcome.UNREADABLE] == 3
    assert intake.take() == []


def test_a_query_about_something_else_leaves_it_to_the_fields() -> None:
    intake = Intake(Thinning())
    assert not intake.note_query(PATH, b"_HLS_msn=3", 0.0)
    assert intake.note_query(PATH, b"a=1&CMCD=bl%3D1", 0.0)
    assert len(intake.take()) == 1


SID = "6e2fb550"
NUMBER = number_of(SID.encode())


@pytest.mark.parametrize(
    ("query", "number"),
    [
        (f"CMCD=bl%3D1%2Csid%3D%22{SID}%22%2Csu", NUMBER),
        (f"a=1&CMCD=sid%3D%22{SID}%22", NUMBER),
        (f"CMCD=com.example-sid%3D%22x%22%2Csid%3D%22{SID}%22", NUMBER),
        (f"CMCD=com.example-sid%3D%22x%22%2Csid%3d%22{SID}%22", None),
        (f"CMCD=bl=1,sid=%22{SID}%22", None),
    ],
)
def test_a_session_is_chosen_by_its_own_id_in_a_query(query: str, number: int | None) -> None:
    intake = Intake(Thinning())
    intake.note_query(PATH, query.encode(), 0.0)
    assert [told.number for told in intake.take()] == [number]


@pytest.mark.parametrize(
    ("fields", "number"),
    [
        (f'Cookie: sid="x"\r\nCMCD-Session: sf=h,sid="{SID}",st=v', NUMBER),
        (f'cmcd-session:sid="{SID}"\r\nCookie: sid="x"', NUMBER),
        (f'CMCD-Session: com.example-sid="x", sid="{SID}"', None),
        (f'Cookie: sid="x"\r\nCMCD-Status: sid="{SID}"', None),
    ],
)
def test_a_session_is_chosen_by_its_own_id_in_a_head(fields: str, number: int | None) -> None:
    intake = Intake(Thinning())
    intake.note_head(PATH, f"GET / HTTP/1.1\r\n{fields}\r\n\r\n".encode(), 0.0)
    assert [told.number for told in intake.take()] == [number]


def test_an_asset_has_so_many_rungs_and_no_more() -> None:
    sums = DaySums()
    for number in range(10_000):
        sums.add("a", 0.0, {(RUNG, str(number)): 1.0, (Sum.MEDIA_S, ""): 1.0})
    figures = sums.take()["a", 0]
    assert len(figures) == RUNGS_MAX + 2
    assert figures[RUNG, OTHER] == 10_000 - RUNGS_MAX
    assert figures[Sum.MEDIA_S, ""] == 10_000


@pytest.mark.parametrize("in_head", [False, True])
def test_who_is_not_looked_at_is_only_counted(*, in_head: bool) -> None:
    intake = Intake(Thinning(1 << 20))
    for number in range(1000):
        if in_head:
            intake.note_head(PATH, b'CMCD-Session: sid="%d"' % number, 0.0)
        else:
            intake.note_query(PATH, b"CMCD=sid%%3D%%22%d%%22" % number, 0.0)
    assert intake.counted() == {Outcome.UNSAMPLED: 1000}
    assert intake.take() == []
