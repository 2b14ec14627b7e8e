"""`soundbridge gc` beside a database: sources and revisions that jobs and rows want."""

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore
from sqlalchemy import update

from manifests import layout
from manifests.entry import Entry
from manifests.layout import Revision
from origin.collecting.collect import find_garbage, remove_garbage
from origin.collecting.rows import questions
from origin.collecting.surroundings import Surroundings
from origin.companion.identity.principal import Role
from origin.companion.identity.users import add_user, find_user
from origin.companion.uploads.rows import add
from origin.companion.uploads.states import PARTIAL
from origin.companion.uploads.states import State as Upload
from origin.database.engine import DatabaseUnusable, open_database
from origin.packaging_job import PackagingJob, Terms, enqueue_packaging
from packager.publishing.garbage import Reason
from packager.queue.job import State
from packager.queue.tables import assets, jobs
from tests.functional.collecting import GRACES, HOUR_S, age, reasons
from tests.functional.looking import keys
from tests.sources.published import publish


def queue(state: Path, asset_id: str) -> None:
    enqueue_packaging(
        state,
        None,
        PackagingJob("song.wav", asset_id, f"{asset_id}-plays", "2026-01-02T03:04:05Z"),
        Terms("local", 0, None),
        job_id=f"job-of-{asset_id}",
        now_s=time.time(),
    )


def end_jobs(state: Path, how: State = State.SUCCEEDED, *, hours_ago: float = 99) -> None:
    ended = {"state": how, "finished_s": time.time() - hours_ago * HOUR_S}

    async def run() -> None:
        async with open_database(state, None) as database, database.begin() as connection:
            await connection.execute(update(jobs).values(**ended))

    asyncio.run(run())


def test_what_a_job_waits_for_stays_until_it_has_ended(store: LocalStore, tmp_path: Path) -> None:
    state = tmp_path / "state"
    for asset_id in ("song", "so_g"):
        obstore.put(store, f"sources/{asset_id}/upload/song.wav", b"RIFF")
    obstore.put(store, Revision("song", "r1").key(layout.segment_name("128k", 0)), b"sound")
    age(tmp_path / "store", hours=25)
    queue(state, "so_g")
    end_jobs(state)
    queue(state, "song")
    with questions(state, None) as asked:
        around = Surroundings(store, asked.row_of)
        assert reasons(remove_garbage(around, GRACES)) == {"sources/so_g": Reason.DONE}
        assert reasons(find_garbage(Surroundings(store), GRACES)) == {
            "media/song/r1": Reason.ABANDONED
        }
        end_jobs(state, hours_ago=23)
        assert reasons(remove_garbage(around, GRACES)) == {"media/song/r1": Reason.ABANDONED}
        end_jobs(state, State.PARKED, hours_ago=25)
        assert reasons(remove_garbage(around, GRACES)) == {}
        age(tmp_path / "store", hours=31 * 24)
        end_jobs(state, State.PARKED, hours_ago=31 * 24)
        assert reasons(remove_garbage(around, GRACES)) == {"sources/song": Reason.GIVEN_UP}
    assert keys(store) == set()


def test_a_database_that_has_never_heard_of_an_asset_condemns_no_source(
    store: LocalStore, tmp_path: Path
) -> None:
    obstore.put(store, "sources/song/upload/song.wav", b"RIFF")
    age(tmp_path / "store", hours=999)
    queue(tmp_path / "the-right-one", "song")
    queue(tmp_path / "the-wrong-one", "other")
    for state in (tmp_path / "the-right-one", tmp_path / "the-wrong-one"):
        with questions(state, None) as asked:
            assert reasons(remove_garbage(Surroundings(store, asked.row_of), GRACES)) == {}
    assert keys(store) == {"sources/song/upload/song.wav"}


async def sending(state: Path, asset_id: str, how: Upload, tus_concat: str | None = None) -> None:
    """Let somebody be sending what an asset is to be made of."""
    ids = {"id": f"{asset_id}-upload", "asset_id": asset_id, "playback_id": f"{asset_id}-plays"}
    times = {"created_s": 0.0, "expires_s": time.time() + HOUR_S}
    said = {"user_id": "ann", "name": "song.wav", "state": how, "tus_concat": tus_concat}
    async with open_database(state, None) as database, database.begin() as connection:
        there = await find_user(connection, "ann")
        if there is None:
            await add_user(connection, "ann", name="Ann", role=Role.CREATOR, now_s=0.0)
        await add(connection, {**ids, **times, **said})


def test_what_has_come_of_an_upload_stays_until_that_has_ended(
    store: LocalStore, tmp_path: Path
) -> None:
    root, state = tmp_path / "store", tmp_path / "state"
    queue(state, "other")
    for asset_id, how, concat in (
        ("waits", Upload.RECEIVING, None),
        ("part", Upload.COMPLETE, PARTIAL),
        ("over", Upload.EXPIRED, None),
    ):
        asyncio.run(sending(state, asset_id, how, concat))
        unfinished = root / "sources" / asset_id / "upload" / "song.wav#0"
        unfinished.parent.mkdir(parents=True)
        unfinished.write_bytes(b"RIFF")
        obstore.put(store, f"sources/{asset_id}/upload/song.wav.tail-0", b"RIFF")
    age(root, hours=25)
    with questions(state, None) as asked:
        around = Surroundings(store, asked.row_of)
        gone = {"sources/over/upload/song.wav#0": Reason.ABANDONED}
        assert reasons(find_garbage(around, GRACES)) == gone
        assert reasons(remove_garbage(around, GRACES)) == gone
    assert {path.parent.parent.name for path in root.rglob("*#0")} == {"waits", "part"}


def announce(state: Path, entry: Entry | None) -> None:
    """Let the row of an asset say this, as workers do; the revision stays after a withdrawal."""

    async def run() -> None:
        async with open_database(state, None) as database, database.begin() as connection:
            said = {} if entry is None else {"revision": entry.revision}
            text = None if entry is None else entry.to_json().decode()
            await connection.execute(update(assets).values(entry=text, **said))

    asyncio.run(run())


def test_what_a_row_plays_or_announces_stays_until_it_is_withdrawn(
    store: LocalStore, tmp_path: Path
) -> None:
    state = tmp_path / "state"
    asset = publish(store)
    obstore.delete(store, layout.entry_key(asset.entry.playback_id))  # the store is behind
    queue(state, asset.entry.asset_id)
    end_jobs(state)
    age(tmp_path / "store", hours=25)
    with questions(state, None) as asked:
        around = Surroundings(store, asked.row_of)
        for entry in (asset.entry, replace(asset.entry, provisional=True)):
            announce(state, entry)
            assert reasons(find_garbage(around, GRACES)) == {}
        announce(state, None)
        assert reasons(remove_garbage(around, GRACES)) == {
            asset.entry.where.prefix: Reason.SUPERSEDED
        }
    assert keys(store) == set()


def test_a_state_folder_without_a_database_is_not_an_empty_queue(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="There is no"), questions(tmp_path, None):
        pass
    assert list(tmp_path.iterdir()) == []
