"""Whatever happens to uploads in whatever order, no byte is lost, and none is packaged twice."""

import asyncio
import dataclasses
import time
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    rule,
)
from hypothesis.strategies import sampled_from

from origin.companion.uploads.reaping import reap
from origin.companion.uploads.states import OPEN
from tests.functional.api.alone import open_service
from tests.functional.api.sending import SOUND, is_stored, queued
from tests.functional.api.service import Service, User
from tests.functional.api.test_tus import ask, make, offset_of, patch, upload_in

A_DAY_S = 25 * 3600.0
CONTENT = SOUND[:4_000]
T = TypeVar("T")


@dataclasses.dataclass(eq=False)
class Sent:
    """An upload as its sender knows it."""

    path: str
    is_tus: bool
    received: int = 0
    state: str = "open"


class Lifecycle(RuleBasedStateMachine):
    """A creator who sends, breaks off, comes again and gives up; and time that passes."""

    uploads = Bundle("uploads")

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.opened = AsyncExitStack()
        self.known: list[Sent] = []
        self.completed = 0

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    @initialize()
    def begin(self) -> None:
        self.run(self._begin())

    async def _begin(self) -> None:
        self.service: Service = await open_service(self.opened)
        self.ann: User = await self.service.user()
        self.bob: User = await self.service.user(number=1)

    def teardown(self) -> None:
        self.run(self.opened.aclose())
        self.runner.close()

    def ask(self, method: str, path: str, by: User) -> int:
        return self.run(self.service.ask(method, path, by)).status

    @rule(target=uploads)
    def make_by_tus(self) -> Sent:
        self.known.append(Sent(self.run(make(self.service, self.ann, len(CONTENT))), is_tus=True))
        return self.known[-1]

    @rule(target=uploads)
    def make_by_put(self) -> Sent:
        made = self.run(self.service.post("/v1/uploads", self.ann, {"way": "put"}))
        self.known.append(Sent(f"/v1/uploads/{made['id']}/content", is_tus=False))
        return self.known[-1]

    @rule(sent=uploads, count=sampled_from([500, 1_500, 4_000]), ahead=sampled_from([0, 0, -1, 1]))
    def send_some(self, sent: Sent, count: int, ahead: int) -> None:
        """Send the next bytes, or bytes of another place."""
        if not sent.is_tus:
            return
        offset = max(sent.received + ahead, 0)
        piece = CONTENT[offset : offset + count]
        answer = self.run(patch(self.service, self.ann, sent.path, offset, piece))
        if sent.state == "open" and offset == sent.received:
            assert answer.status == 204
            self.receive(sent, sent.received + len(piece))
        elif sent.state == "open":
            assert answer.status == 409
        else:
            assert answer.status in {204, 404, 409, 410}
            assert answer.status != 204 or (sent.state == "complete" and not piece)

    @rule(sent=uploads)
    def send_whole(self, sent: Sent) -> None:
        if sent.is_tus:
            return
        put = self.service.client.put(sent.path, data=CONTENT, headers=self.ann.headers)
        status = self.run(_status(put))
        if sent.state == "open":
            assert status == 200
            self.receive(sent, len(CONTENT))
        else:
            assert status in {404, 409, 410}

    def receive(self, sent: Sent, received: int) -> None:
        sent.received = received
        if received == len(CONTENT):
            sent.state = "complete"
            self.completed += 1

    @rule(sent=uploads)
    def somebody_else_tries(self, sent: Sent) -> None:
        one = sent.path.rpartition("/")[0]
        assert self.ask("GET", one, self.bob) == 404
        assert self.ask("DELETE", one, self.bob) == 404

    @rule(sent=consumes(uploads), by_tus=sampled_from([True, False]))
    def give_up(self, sent: Sent, by_tus: bool) -> None:  # noqa: FBT001
        if by_tus and sent.is_tus:
            status = self.run(ask(self.service, self.ann, "DELETE", sent.path)).status
        else:
            status = self.ask("DELETE", sent.path.rpartition("/")[0], self.ann)
        if sent.state == "open":
            assert status == 204
            sent.state = "gone"
        else:
            assert status in {204, 404, 409, 410}, status
            if status == 204:
                sent.state = "gone"

    @rule()
    def a_day_passes(self) -> None:
        later = dataclasses.replace(self.service.uploads, clock=lambda: time.time() + A_DAY_S)
        left = [sent for sent in self.known if sent.state == "open"]
        assert self.run(reap(later)) == len(left)
        for sent in left:
            sent.state = "expired"

    @invariant()
    def what_is_said_is_so(self) -> None:
        if self.known:
            self.run(self._look())

    async def _look(self) -> None:
        packaged = [job for job in await queued(self.service) if job["kind"] == "package"]
        assert len(packaged) == self.completed
        for sent in self.known:
            one = sent.path.rpartition("/")[0]
            if sent.state == "gone":
                await self.service.get(one, self.ann, 404)
                continue
            upload = await self.service.get(one, self.ann)
            if sent.state != "open":
                assert upload["state"] == sent.state
                assert is_stored(self.service, upload, CONTENT) == (sent.state == "complete")
                continue
            assert upload["state"] in OPEN
            if sent.is_tus:
                assert await offset_of(self.service, self.ann, sent.path) == sent.received
                assert upload_in(sent.path) == one


async def _status(put: Any) -> int:
    async with put as answer:
        status: int = answer.status
        return status


TestUploadLifecycle = Lifecycle.TestCase
TestUploadLifecycle.settings = settings(max_examples=3, stateful_step_count=25, deadline=None)


@pytest.mark.long
class TestMoreUploadLifecycles(TestUploadLifecycle):  # type: ignore[misc, valid-type]
    settings = settings(max_examples=8, stateful_step_count=25, deadline=None)
