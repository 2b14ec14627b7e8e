"""What serving leaves behind for Python to look for: nothing that grows old."""

import gc
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from obstore.store import MemoryStore

from origin.app import create_app
from origin.defence.client import ClientLimits
from origin.defence.guard import Guard
from tests.functional.asking import ask, get
from tests.servers.guarded import TIMEOUT_S, GuardedOrigin, guarded
from tests.sources.published import PublishedAsset, publish

CONNECTIONS = 200
FEW = CONNECTIONS // 4
"""What the test itself may leave: a hundredth of what so many connections are made of."""


@contextmanager
def _uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def _ask(origin: GuardedOrigin, asset: PublishedAsset, stack: ExitStack) -> None:
    for _ in range(CONNECTIONS):
        client = stack.enter_context(closing(origin.connect()))
        for path in ("/", f"{asset.path}/128k/00001.m4s", "/first-light.m3u8"):
            assert ask(client, get(path)).status == 200


def test_connections_and_answers_end_by_being_counted() -> None:
    store = MemoryStore()
    asset = publish(store)
    with guarded(create_app(store), Guard(ClientLimits(0, 0))) as origin:
        with ExitStack() as stack:
            _ask(origin, asset, stack)
        _all_gone(origin)
        with _uncollected():
            with ExitStack() as stack:
                _ask(origin, asset, stack)
            _all_gone(origin)
            assert gc.collect() < FEW


def _all_gone(origin: GuardedOrigin) -> None:
    with closing(origin.connect()) as last:
        ask(last, get("/"))
    deadline_s = TIMEOUT_S + origin.call(origin.loop.time)
    while origin.call(lambda: origin.guard.connections):
        assert origin.call(origin.loop.time) < deadline_s
