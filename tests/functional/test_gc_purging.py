"""What `gc` and workers remove is dropped where only its names find it, and what was withdrawn."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import obstore
import pytest
from obstore.store import LocalStore
from sqlalchemy import select

from cdn.purge.address import Address
from manifests import layout
from manifests.layout import Revision, TrackArtwork
from origin.collecting.collect import remove_garbage, remove_promised
from origin.collecting.holdings import Holdings
from origin.collecting.removing import remove
from origin.collecting.rows import Asked, questions
from origin.collecting.surroundings import Surroundings
from origin.companion.catalogue.tables import events
from origin.companion.purging.media import HELD_S
from origin.companion.purging.registering import purger_id, register
from origin.companion.purging.tables import purges
from origin.database.engine import open_database
from origin.promises import Promises
from packager.publishing.garbage import Removal
from packager.publishing.storage import Storage
from packager.publishing.withdrawal import Withdrawal, withdraw
from tests.functional.collecting import GRACES, LATER_S, age, superseded
from tests.servers.soundbridge import soundbridge_here

VARNISH, NGINX = Address.parse("varnish://edge:80"), Address.parse("nginx://edge:81")


@dataclass(frozen=True)
class Place:
    """A store whose workers know a CDN that has tags, and one that has none."""

    store: LocalStore
    state: Path
    asked: Asked

    @property
    def around(self) -> Surroundings:
        return Surroundings(
            self.store,
            self.asked.row_of,
            clock=lambda: time.time() + LATER_S,
            purging=self.asked.purging,
        )

    def due(self, address: Address, in_s: float = 1) -> list[str]:
        async def run() -> list[str]:
            rows = select(purges.c.value).where(
                purges.c.purger_id == purger_id(address.name), purges.c.due_s <= time.time() + in_s
            )
            async with open_database(self.state, None) as database, database.begin() as connection:
                return sorted(await connection.scalars(rows))

        return asyncio.run(run())

    def told(self) -> list[tuple[str, str]]:
        async def run() -> list[tuple[str, str]]:
            async with open_database(self.state, None) as database, database.begin() as connection:
                rows = await connection.execute(select(events.c.kind, events.c.subject))
                return [(row.kind, row.subject) for row in rows]

        return asyncio.run(run())


@pytest.fixture
def place(store: LocalStore, tmp_path: Path) -> Iterator[Place]:
    state = tmp_path / "state"

    async def know() -> None:
        async with open_database(state, None) as database, database.begin() as connection:
            await register(connection, [VARNISH, NGINX], now_s=time.time())

    asyncio.run(know())
    with questions(state, None) as asked:
        yield Place(store, state, asked)


def test_a_superseded_revision_is_dropped_by_its_names_alone(place: Place, tmp_path: Path) -> None:
    """When its asset is deleted some day, nobody knows them any more; a tag finds them still."""
    where = superseded(place.store, tmp_path / "store").entry.where
    (removal,) = remove_garbage(place.around, GRACES)
    assert removal.folder == where.prefix
    served = [each.key for each in removal.objects if not each.key.endswith("index.json")]
    assert place.due(NGINX) == sorted(f"/{key}" for key in served)
    assert len(served) > 10
    assert place.due(VARNISH) == [], "what plays has the same tag"
    assert place.told() == [("objects.removed", where.asset_id)], "nor do servers remember it"


def test_so_is_what_the_program_removes(place: Place, tmp_path: Path) -> None:
    superseded(place.store, tmp_path / "store")
    age(tmp_path / "store", hours=48)
    done = soundbridge_here(
        "gc", tmp_path / "store", "--state", place.state, "--delete", "--grace", "1"
    )
    assert done.returncode == 0, done.stderr
    assert "superseded" in done.stdout
    assert len(place.due(NGINX)) > 10


def test_so_is_what_a_worker_removes_as_it_was_promised(place: Place, tmp_path: Path) -> None:
    obstore.put(place.store, "media/song/r1/128k/00000.m4s", b"sound")
    with Storage(place.store) as storage:
        withdraw(storage, Revision("song", "r1"), Withdrawal.at(datetime.now(UTC)))
    age(tmp_path / "store", hours=2)
    promises = Promises(place.store, place.state, None, every_s=0.01, chance=lambda: 0.5)

    async def keep_one() -> None:
        async with asyncio.timeout(60):
            keeping = asyncio.create_task(promises.keep())
            while not await asyncio.to_thread(place.due, NGINX):  # noqa: ASYNC110 none tells
                await asyncio.sleep(0.01)
            keeping.cancel()

    asyncio.run(keep_one())
    assert place.due(VARNISH) == ["asset-song"]


def test_what_was_withdrawn_is_dropped_once_it_has_gone(place: Place) -> None:
    where = Revision("song", "r1")
    segment = where.key(layout.segment_name("128k", 0))
    obstore.put(place.store, segment, b"sound")
    with Storage(place.store) as storage:
        withdraw(storage, where, Withdrawal.at(datetime.now(UTC)))
    assert len(list(remove_promised(place.around))) == 1
    assert f"/{segment}" in place.due(NGINX)
    assert place.due(VARNISH) == ["asset-song"], "who listened fetched on"


def test_a_picture_that_no_row_names_is_dropped_once_nobody_remembers_it(place: Place) -> None:
    picture = TrackArtwork("tune", "cover").key(512, "0" * 64)
    for key in (picture, f"{picture} of mine"):
        obstore.put(place.store, key, b"picture")
    (_,) = remove_garbage(replace(place.around, pictures_of=lambda _: frozenset()), GRACES)
    assert (place.due(NGINX), place.due(VARNISH)) == ([], [])
    assert (place.due(NGINX, 61), place.due(VARNISH, 61)) == ([f"/{picture}"], ["track-tune"])


def test_what_was_withdrawn_is_dropped_although_who_removed_it_was_killed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is there any more, so nobody comes to it again."""
    where = Revision("song", "r1")
    obstore.put(place.store, where.key(layout.segment_name("128k", 0)), b"sound")
    with Storage(place.store) as storage:
        withdraw(storage, where, Withdrawal.at(datetime.now(UTC)))

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(type(place.asked.purging), "gone", dies)
    with pytest.raises(KeyboardInterrupt):
        list(remove_promised(place.around))
    assert list(Holdings(place.store).assets()) == []
    assert place.due(VARNISH) == []
    assert place.due(VARNISH, HELD_S + 1) == ["asset-song"]


def test_names_are_noted_before_they_are_forgotten(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    superseded(place.store, tmp_path / "store")

    def killed(around: Surroundings, holdings: Holdings, removal: Removal) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(Holdings, "remove", dies)
            remove(around, holdings, removal)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("origin.collecting.superseded.remove", killed)
    with pytest.raises(KeyboardInterrupt):
        list(remove_garbage(place.around, GRACES))
    assert place.due(NGINX) == [], "they may be there still, and would be kept again"
    assert len(place.due(NGINX, HELD_S + 1)) > 10
