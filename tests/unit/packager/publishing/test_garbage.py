"""What may go of an asset, and above all what may not."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from packager.publishing.garbage import (
    Asset,
    Graces,
    Pointer,
    Reason,
    Removal,
    Row,
    Stored,
    garbage,
)

HOUR = 3600.0
NOW = 1_000_000.0
GRACES = Graces()
REVISIONS = ("r1", "r2", "r3")


def stored(key: str, *, hours: float) -> Stored:
    return Stored(key, 100, NOW - hours * HOUR)


def entry(revision: str, *, hours: float, provisional: bool = False) -> Pointer:
    return Pointer(stored("entry/song.json", hours=hours), revision, provisional)


def complete(revision: str, *, hours: float) -> tuple[Stored, ...]:
    """A revision's objects, with the index in the middle as listings have it."""
    names = ("128k/00000.m4s", "index.json", "multivariant.m3u8")
    return tuple(stored(f"media/a/{revision}/{name}", hours=hours) for name in names)


def growing(revision: str, *, hours: float) -> tuple[Stored, ...]:
    return (
        stored(f"media/a/{revision}/128k/00000.m4s", hours=hours),
        stored(f"growing/a/{revision}/128k/playlist.m3u8", hours=hours),
    )


def mark(revision: str, *, hours: float) -> Stored:
    return stored(f"growing/a/{revision}/withdrawn.json", hours=hours)


def removed(asset: Asset) -> dict[str, Reason]:
    return {removal.folder: removal.reason for removal in garbage(asset, GRACES, now_s=NOW)}


def keys(asset: Asset) -> list[list[str]]:
    """Every stage of the one removal there is."""
    (removal,) = garbage(asset, GRACES, now_s=NOW)
    return [[each.key for each in stage] for stage in removal.stages]


def test_what_is_played_stays() -> None:
    asset = Asset(complete("r1", hours=999), (entry("r1", hours=999),))
    assert removed(asset) == {}


@pytest.mark.parametrize(("hours", "goes"), [(23, False), (25, True)])
def test_what_another_revision_superseded_goes_after_a_grace(hours: float, *, goes: bool) -> None:
    objects = (*complete("r1", hours=999), *complete("r2", hours=hours))
    asset = Asset(objects, (entry("r2", hours=hours),))
    assert removed(asset) == ({"media/a/r1": Reason.SUPERSEDED} if goes else {})


def test_a_revision_just_completed_is_not_taken_for_superseded_by_the_old_entry() -> None:
    objects = (*complete("r1", hours=999), *complete("r2", hours=0))
    assert removed(Asset(objects, (entry("r1", hours=999),))) == {}


@pytest.mark.parametrize(("hours", "goes"), [(23, False), (25, True)])
def test_without_an_entry_the_index_tells_the_age(hours: float, *, goes: bool) -> None:
    asset = Asset(complete("r1", hours=hours), ())
    assert removed(asset) == ({"media/a/r1": Reason.SUPERSEDED} if goes else {})


def test_nothing_is_superseded_by_what_may_never_be_complete() -> None:
    objects = (*complete("r1", hours=999), *growing("r2", hours=2))
    assert removed(Asset(objects, (entry("r2", hours=2, provisional=True),))) == {}


@pytest.mark.parametrize(("hours", "goes"), [(23, False), (25, True)])
def test_work_that_stands_still_is_abandoned(hours: float, *, goes: bool) -> None:
    asset = Asset(growing("r1", hours=hours), ())
    assert removed(asset) == ({"media/a/r1": Reason.ABANDONED} if goes else {})


def test_one_new_object_keeps_all_of_a_revision() -> None:
    objects = (*growing("r1", hours=999), stored("media/a/r1/320k/00000.m4s", hours=1))
    assert removed(Asset(objects, ())) == {}


def test_an_entry_of_abandoned_work_goes_first() -> None:
    asset = Asset(growing("r1", hours=25), (entry("r1", hours=25, provisional=True),))
    assert keys(asset) == [
        ["entry/song.json"],
        ["growing/a/r1/128k/playlist.m3u8"],
        ["media/a/r1/128k/00000.m4s"],
    ]


def test_a_published_revision_without_an_index_is_not_for_us_to_judge() -> None:
    assert removed(Asset(growing("r1", hours=999), (entry("r1", hours=999),))) == {}


@pytest.mark.parametrize(("hours", "goes"), [(0.9, False), (1.1, True)])
def test_what_was_withdrawn_goes_after_an_hour_and_its_mark_last(
    hours: float, *, goes: bool
) -> None:
    asset = Asset((mark("r1", hours=hours), *growing("r1", hours=hours + 1)), ())
    assert removed(asset) == ({"media/a/r1": Reason.WITHDRAWN} if goes else {})
    if goes:
        assert keys(asset)[-1] == ["growing/a/r1/withdrawn.json"]


def test_what_is_written_after_a_withdrawal_puts_it_off() -> None:
    asset = Asset((mark("r1", hours=9), *growing("r1", hours=0.5)), ())
    assert removed(asset) == {}


def test_an_index_makes_a_withdrawal_void() -> None:
    asset = Asset((mark("r1", hours=0.5), *complete("r1", hours=9)), (entry("r1", hours=9),))
    assert removed(asset) == {}


@pytest.mark.parametrize(("hours", "goes"), [(0.9, False), (1.1, True)])
def test_what_grew_goes_once_it_is_complete(hours: float, *, goes: bool) -> None:
    playlist = stored("growing/a/r1/128k/playlist.m3u8", hours=hours)
    asset = Asset((*complete("r1", hours=hours), playlist), (entry("r1", hours=hours),))
    assert removed(asset) == ({"growing/a/r1": Reason.GROWN} if goes else {})
    if goes:
        assert keys(asset) == [["growing/a/r1/128k/playlist.m3u8"]]


@pytest.mark.parametrize(("hours", "goes"), [(3.9, False), (4.1, True)])
def test_what_grew_stays_for_a_listener_who_came_last(hours: float, *, goes: bool) -> None:
    book = replace(entry("r1", hours=hours), duration_s=3 * HOUR)
    playlist = stored("growing/a/r1/128k/playlist.m3u8", hours=hours)
    asset = Asset((*complete("r1", hours=hours), playlist), (book,))
    assert removed(asset) == ({"growing/a/r1": Reason.GROWN} if goes else {})


def test_what_grew_stays_while_an_entry_still_sends_listeners_there() -> None:
    objects = (*complete("r1", hours=99), *growing("r1", hours=99))
    assert removed(Asset(objects, (entry("r1", hours=99, provisional=True),))) == {}


def test_the_index_goes_before_what_it_tells_of() -> None:
    assert keys(Asset(complete("r1", hours=25), ())) == [
        ["media/a/r1/index.json"],
        ["media/a/r1/multivariant.m3u8"],
        ["media/a/r1/128k/00000.m4s"],
    ]


def test_an_asset_with_work_in_the_queue_is_left_alone() -> None:
    objects = (*complete("r1", hours=99), *growing("r2", hours=99), mark("r3", hours=99))
    asset = Asset((*objects, stored("sources/a/u1/song.wav", hours=99)), ())
    assert len(removed(replace(asset, row=Row(None, has_open_job=False)))) == 4
    assert removed(replace(asset, row=Row(None, has_open_job=True))) == {}


def test_a_revision_that_its_row_plays_stays_though_its_entry_is_missing() -> None:
    asset = Asset(complete("r1", hours=99), (), Row("r1", has_open_job=False))
    assert removed(asset) == {}


SOURCE = stored("sources/a/u1/song.wav", hours=30)
IN_THE_STORE_ONLY = None
NO_JOB = Row(None, has_open_job=False)


@pytest.mark.parametrize(
    ("row", "entries", "goes"),
    [
        (NO_JOB, (), True),
        (NO_JOB, (entry("r1", hours=25),), True),
        (NO_JOB, (entry("r1", hours=1),), False),
        (IN_THE_STORE_ONLY, (entry("r1", hours=25),), True),
        (IN_THE_STORE_ONLY, (entry("r1", hours=1),), False),
        # It may wait for a worker: only a database could tell.
        (IN_THE_STORE_ONLY, (), False),
        (IN_THE_STORE_ONLY, (entry("r1", hours=31),), False),
        (IN_THE_STORE_ONLY, (entry("r1", hours=25, provisional=True),), False),
    ],
)
def test_a_source_goes_when_it_has_been_packaged(
    row: Row | None, entries: tuple[Pointer, ...], *, goes: bool
) -> None:
    asset = Asset((SOURCE,), entries, row)
    assert removed(asset) == ({"sources/a": Reason.DONE} if goes else {})


@pytest.mark.parametrize(
    ("hours", "is_parked", "goes"),
    [(23, False, {}), (25, False, {"sources/a": Reason.DONE}), (25, True, {}), (24 * 29, True, {})],
)
def test_a_source_counts_from_the_end_of_its_job(
    hours: float, goes: dict[str, Reason], *, is_parked: bool
) -> None:
    row = Row("r1", has_open_job=False, ended_s=NOW - hours * HOUR, is_parked=is_parked)
    source = replace(SOURCE, modified_s=NOW - 9999 * HOUR)
    assert removed(Asset((source,), (entry("r1", hours=9999),), row)) == goes


def test_a_source_whose_job_was_given_up_goes_in_the_end() -> None:
    ended_s = NOW - 24 * 31 * HOUR
    row = Row(None, has_open_job=False, ended_s=ended_s, is_parked=True)
    asset = Asset((replace(SOURCE, modified_s=ended_s),), (), row)
    assert removed(asset) == {"sources/a": Reason.GIVEN_UP}


@pytest.mark.parametrize(
    "key",
    [
        "media/a/index.json",
        "media/a/R1/index.json",
        "growing/a/r1",
        "sources/a/song.wav",
        "sources/a/b/c/d",
        "other/a/r1/x",
    ],
)
def test_what_is_none_of_ours_is_left_alone(key: str) -> None:
    assert removed(Asset((stored(key, hours=999),), (), NO_JOB)) == {}


ages = st.floats(min_value=-2, max_value=60)
objects = st.builds(
    lambda key, revision, hours: stored(key.format(revision), hours=hours),
    st.sampled_from(
        (
            "media/a/{}/index.json",
            "media/a/{}/128k/00000.m4s",
            "media/a/{}/multivariant.m3u8",
            "growing/a/{}/multivariant.m3u8",
            "growing/a/{}/withdrawn.json",
            "sources/a/u1/song.wav",
        )
    ),
    st.sampled_from(REVISIONS),
    ages,
)
pointers = st.builds(
    lambda number, revision, hours, provisional: Pointer(
        stored(f"entry/song{number}.json", hours=hours), revision, provisional
    ),
    st.integers(0, 2),
    st.sampled_from(REVISIONS),
    ages,
    st.booleans(),
)
assets = st.builds(
    Asset,
    st.lists(objects, max_size=16, unique_by=lambda each: each.key).map(tuple),
    st.lists(pointers, max_size=3, unique_by=lambda each: each.stored.key).map(tuple),
    st.none() | st.builds(Row, st.none() | st.sampled_from(REVISIONS), st.booleans()),
)


def played(asset: Asset) -> set[str]:
    rows = {asset.row.revision} if asset.row is not None and asset.row.revision else set()
    return rows | {each.revision for each in asset.entries if not each.is_provisional}


def after(asset: Asset, removals: list[Removal], stages: int | None = None) -> Asset:
    """The asset without what went, or only so many stages of each removal."""
    gone = {each for removal in removals for stage in removal.stages[:stages] for each in stage}
    return replace(
        asset,
        objects=tuple(each for each in asset.objects if each not in gone),
        entries=tuple(each for each in asset.entries if each.stored not in gone),
    )


@given(assets)
def test_nothing_that_is_reached_goes(asset: Asset) -> None:
    gone = {each.key for removal in garbage(asset, GRACES, now_s=NOW) for each in removal.objects}
    for revision in played(asset):
        assert not any(key.startswith(f"media/a/{revision}/") for key in gone)
    for each in asset.entries:
        if each.stored.key not in gone:  # what stays an entry keeps what it points at
            assert not any(key.startswith(f"media/a/{each.revision}/") for key in gone)
            if each.is_provisional:
                assert not any(key.startswith(f"growing/a/{each.revision}/") for key in gone)
        else:
            assert each.is_provisional
    if asset.row is not None and asset.row.has_open_job:
        assert not gone


@given(assets)
def test_nothing_young_goes_and_nothing_goes_that_was_not_listed(asset: Asset) -> None:
    listed = {*asset.objects, *(each.stored for each in asset.entries)}
    for removal in garbage(asset, GRACES, now_s=NOW):
        assert removal.objects
        assert len(set(removal.objects)) == len(removal.objects)
        assert set(removal.objects) <= listed
        assert all(NOW - each.modified_s > HOUR for each in removal.objects)


@given(assets, st.none() | st.integers(0, 3))
def test_a_removal_broken_off_anywhere_is_finished_by_the_next(
    asset: Asset, stages: int | None
) -> None:
    first = list(garbage(asset, GRACES, now_s=NOW))
    rest = after(asset, first, stages)
    second = list(garbage(rest, GRACES, now_s=NOW))
    left = {each.key for each in after(rest, second).objects}
    doomed = {each.key for removal in first for each in removal.objects}
    assert not left & doomed
    for revision in played(asset):
        kept = {each.key for each in asset.objects if f"media/a/{revision}/" in each.key}
        assert kept <= left
