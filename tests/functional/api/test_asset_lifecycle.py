"""Whatever happens to assets in whatever order, what is said of them is so."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.strategies import sampled_from

from manifests.entry import Entry
from manifests.index import Index
from manifests.layout import INDEX, Revision, entry_key
from origin.companion.assets.collecting import AFTER_S
from packager.errors import CorruptSource, EncoderFailed
from packager.queue.errors import LeaseLost
from tests.functional.api.alone import open_service
from tests.functional.api.collecting import collect
from tests.functional.api.packaging import LEASE_S, Packaging

if TYPE_CHECKING:
    from packager.queue.job import Claimed
    from tests.functional.api.service import User

T = TypeVar("T")


class Lifecycle(RuleBasedStateMachine):
    """One asset, its creator, workers that may be lost, and a store that may lose things."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.opened = AsyncExitStack()
        self.held: list[Claimed] = []
        self.revisions = 0
        self.is_deleted = False

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        """Queue it."""
        self.run(self._begin())

    async def _begin(self) -> None:
        service = await open_service(self.opened)
        self.store = service.store
        source = service.media / "song.wav"
        source.touch()
        self.packaging = Packaging(service)
        self.ann: User = await service.user()
        self.asset_id = await self.packaging.queue(self.ann, source=str(source))

    def teardown(self) -> None:
        self.run(self.opened.aclose())
        self.runner.close()

    def ask(self, method: str, path: str = "") -> int:
        asked = f"/v1/assets/{self.asset_id}{path}"
        return self.run(self.packaging.service.ask(method, asked, self.ann)).status

    async def asset(self) -> dict[str, Any]:
        asked = f"/v1/assets/{self.asset_id}"
        found: dict[str, Any] = await self.packaging.service.get(asked, self.ann)
        return found

    # What workers do.

    @rule()
    def claim(self) -> None:
        self.packaging.now_s += 700  # whatever waits for another attempt is due, leases are over
        held = self.run(self.packaging.claim_if_any())
        if held is not None:
            self.held.append(held)

    @rule()
    def package(self) -> None:
        """Let all go well, as it mostly does."""
        self.claim()
        if self.held:
            self.succeed(-1)
        self.watch()

    @precondition(lambda self: self.held)
    @rule()
    def grow(self) -> None:
        held = self.held[-1]
        try:
            self.run(self.packaging.announce(held))
        except LeaseLost:
            self.held.remove(held)

    @precondition(lambda self: self.held)
    @rule(number=sampled_from([0, -1]))
    def succeed(self, number: int) -> None:
        held = self.held.pop(number)
        self.revisions += 1
        with suppress(LeaseLost):
            self.run(self.packaging.succeed(held, f"r{self.revisions % 2}"))

    @precondition(lambda self: self.held)
    @rule(error=sampled_from([CorruptSource("It ends."), EncoderFailed("It gave up.")]))
    def fail(self, error: CorruptSource | EncoderFailed) -> None:
        with suppress(LeaseLost):
            self.run(self.packaging.fail(self.held.pop(), error))

    @rule()
    def watch(self) -> None:
        self.run(self.packaging.watch.tell_news())

    @rule()
    def lose_an_object(self) -> None:
        """Lose one of what plays, and look for it: until then, nobody can know."""
        if self.is_deleted:
            return
        asset = self.run(self.asset())
        if asset["state"] != "ready":
            return
        where = Revision(self.asset_id, asset["revision"])
        self.store.delete(where.key("320k/00001.m4s"))
        self.packaging.now_s += 25 * 3600
        self.run(self.packaging.watch.look_again())

    @rule()
    def collect(self) -> None:
        self.packaging.now_s += AFTER_S + 1
        self.run(collect(self.packaging))

    # What the creator does.

    @rule()
    def retry(self) -> None:
        assert self.ask("POST", "/retry") in ({404} if self.is_deleted else {202, 409})

    @rule()
    def repackage(self) -> None:
        assert self.ask("POST", "/repackage") in ({404} if self.is_deleted else {202, 409})

    @rule()
    def replace_playback_id(self) -> None:
        assert self.ask("POST", "/playback-ids") in ({404} if self.is_deleted else {201, 409})

    @rule(is_meant=sampled_from([False, False, False, True]))
    def delete(self, is_meant: bool) -> None:  # noqa: FBT001 hypothesis draws it
        if is_meant:
            assert self.ask("DELETE") == (404 if self.is_deleted else 204)
            self.is_deleted = True

    # What holds all the time.

    @invariant()
    def what_is_said_is_so(self) -> None:
        if self.is_deleted:
            assert not self.entries(), "nothing that was deleted plays"
            return
        asset = self.run(self.asset())
        (playback_id,) = (each["id"] for each in asset["playback_ids"])
        assert set(self.entries()) <= {entry_key(playback_id)}
        assert bool(self.entries()) == asset["is_playable"]
        if asset["state"] == "errored":
            assert asset["error"]["remedy"]
        if asset["state"] == "ready":
            self.is_whole(Revision(self.asset_id, asset["revision"]))

    def is_whole(self, where: Revision) -> None:
        """Hold the store against a revision's index."""
        index = Index.from_json(bytes(self.store.get(where.key(INDEX)).bytes()))
        for stored in index.objects().values():
            assert self.store.head(where.key(stored.name))["size"] == stored.size_bytes

    def entries(self) -> dict[str, Entry]:
        found = [each["path"] for page in self.store.list("entry") for each in page]
        return {key: Entry.from_json(bytes(self.store.get(key).bytes())) for key in found}


TestLifecycle = Lifecycle.TestCase
TestLifecycle.settings = settings(max_examples=5, stateful_step_count=30, deadline=None)
assert LEASE_S < 700


@pytest.mark.long
class TestMoreLifecycles(TestLifecycle):  # type: ignore[misc, valid-type]
    settings = settings(max_examples=15, stateful_step_count=30, deadline=None)
