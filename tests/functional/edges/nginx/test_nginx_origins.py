"""How nginx shares out what it asks among origins, and what it does where one fails."""

import asyncio
import os
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from cdn.edge.plan import Address, Edge
from tests.functional.edges.asking import ask, send
from tests.functional.edges.nginx.own import HOST
from tests.functional.supervising import until
from tests.servers.connections import connections
from tests.servers.edges.nginx import nginx
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin, scripted

NOT_KEPT = {"Cache-Control": "no-store"}


@pytest.fixture
def two_origins(tmp_path: Path) -> Iterator[tuple[RunningEdge, ScriptedOrigin, ScriptedOrigin]]:
    """An edge before two: one closes each connection that it is asked on, the other is well."""
    with scripted() as dying, scripted() as well:
        dying.is_down = True
        well.usually = Said(fields=NOT_KEPT, body=b"well")
        origins = [Address("127.0.0.1", each.port) for each in (dying, well)]
        with nginx(Edge(host=HOST, origins=origins), tmp_path / "nginx") as running:
            yield running, dying, well


def test_another_origin_is_asked_where_one_ends_without_an_answer(
    two_origins: tuple[RunningEdge, ScriptedOrigin, ScriptedOrigin],
) -> None:
    edge, dying, _ = two_origins

    def has_asked_both() -> bool:
        assert ask(edge.url, "/v1/tracks").body == b"well"
        return dying.refused > 0

    until(has_asked_both)


def test_what_changes_something_is_sent_to_one_origin_alone(
    two_origins: tuple[RunningEdge, ScriptedOrigin, ScriptedOrigin],
) -> None:
    """It may have been done, though nothing was said of it."""
    edge, dying, well = two_origins
    done = 0

    def has_failed() -> bool:
        nonlocal done
        status = send(edge.url, "/v1/plays", b"{}", method="POST").status
        done += status == 200
        assert status == (502 if dying.refused else 200)
        return dying.refused > 0

    until(has_failed)
    assert len(well.asked) == done


@pytest.mark.parametrize("path", ["/v1/tracks", "/media/a/r1/128k/00001.m4s", "/"])
def test_what_fails_behind_all_origins_is_asked_of_one_alone(
    two_origins: tuple[RunningEdge, ScriptedOrigin, ScriptedOrigin], path: str
) -> None:
    """The store or the database does, and would have to bear twice as much."""
    edge, *origins = two_origins
    for each in origins:
        each.is_down, each.usually = False, Said(503, NOT_KEPT)
    assert ask(edge.url, path).status == 503
    assert sum(len(each.asked) for each in origins) == 1


def test_one_that_has_failed_is_left_alone(
    two_origins: tuple[RunningEdge, ScriptedOrigin, ScriptedOrigin],
) -> None:
    """After three failures, which all processes of nginx count together."""
    edge, dying, _ = two_origins
    for _ in range(40):
        assert ask(edge.url, "/v1/tracks").body == b"well"
    assert 0 < dying.refused < 15  # else every second one is tried there


def test_the_one_with_the_fewest_requests_is_asked(tmp_path: Path) -> None:
    held = threading.Event()
    with scripted() as one, scripted() as two:
        for each in (one, two):
            each.usually = Said(fields=NOT_KEPT)
            each.says["/v1/held"] = Said(fields=NOT_KEPT, held=held)
        origins = [Address("127.0.0.1", each.port) for each in (one, two)]
        with nginx(Edge(host=HOST, origins=origins), tmp_path / "nginx") as edge:
            asking = threading.Thread(target=ask, args=(edge.url, "/v1/held"))
            asking.start()
            until(lambda: one.asked or two.asked)
            for _ in range(8):
                ask(edge.url, "/v1/tracks")
            held.set()
            asking.join()
            assert sorted(len(each.asked) for each in (one, two)) == [1, 8]


def test_origins_are_asked_on_connections_that_stay_open(tmp_path: Path) -> None:
    """One for each of nginx's processes, of which there is one a processor."""
    opened: list[int] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        opened.append(1)
        while not reader.at_eof():
            try:
                head = await reader.readuntil(b"\r\n\r\n")
            except asyncio.IncompleteReadError:
                return
            assert b"\r\nConnection:" not in head
            writer.write(b"HTTP/1.1 200 OK\r\nCache-Control: no-store\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

    with connections(answer) as port:
        plan = Edge(host=HOST, origins=[Address("127.0.0.1", port)])
        with nginx(plan, tmp_path / "nginx") as edge:
            processes = os.cpu_count() or 1
            for _ in range(10 * processes):
                assert ask(edge.url, "/v1/tracks").status == 200
    assert 0 < len(opened) <= processes


@pytest.mark.long
def test_an_origin_that_hangs_is_waited_for_and_another_one_asked(tmp_path: Path) -> None:
    held = threading.Event()
    with scripted() as hanging, scripted() as well:
        hanging.usually = Said(fields=NOT_KEPT, held=held)
        well.usually = Said(fields=NOT_KEPT, body=b"well")
        origins = [Address("127.0.0.1", each.port) for each in (hanging, well)]
        with nginx(Edge(host=HOST, origins=origins), tmp_path / "nginx") as running:
            numbers = count()

            def is_waiting() -> bool:
                path = f"/media/a/r1/{next(numbers)}.m4s"
                assert ask(running.url, path).body == b"well"
                return len(hanging.asked) > 0

            until(is_waiting)
        held.set()
