"""A purge is seen at once, whatever has become of what was kept."""

import threading
from http import HTTPStatus
from itertools import count
from typing import Final

import pytest

from cdn.policy.cache_control import policy_for
from cdn.policy.object_class import ObjectClass
from tests.functional.edges.asking import ask, seen
from tests.functional.supervising import until
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin

TAG: Final = "asset-purged"
FOREVER: Final = policy_for(ObjectClass.SEGMENT).headers | {"Surrogate-Key": TAG}
NUMBERS: Final = count()


@pytest.fixture
def segment() -> str:
    """The path of a segment that nobody has asked for."""
    return f"/media/purged/r{next(NUMBERS)}/128k/00001.m4s"


@pytest.fixture
def playlist() -> str:
    """The path of a playlist, of which there is a copy for each coding."""
    return f"/media/purged/r{next(NUMBERS)}/128k/playlist.m3u8"


def test_what_is_new_is_seen_at_once_in_every_coding(
    edge: RunningEdge, origin: ScriptedOrigin, playlist: str
) -> None:
    origin.says[playlist] = Said(fields=FOREVER, body=b"old")
    for coding in ("br", "gzip", "identity"):
        assert ask(edge.url, playlist, Accept_Encoding=coding).body == b"old"
    origin.says[playlist] = Said(fields=FOREVER, body=b"new")
    assert ask(edge.url, playlist).body == b"old"
    edge.dropped(playlist, tag=TAG)
    for coding in ("br", "gzip", "identity"):
        assert seen(edge, playlist, lambda found: found.body == b"new", Accept_Encoding=coding)


GONE: Final = [
    (404, policy_for(ObjectClass.NOT_FOUND).headers),
    (404, {"Cache-Control": "no-store"}),
    (403, {"Cache-Control": "no-store"}),
    (410, {"Cache-Control": "no-store"}),
    (401, {"Cache-Control": "private, no-store"}),
]


@pytest.mark.parametrize(("status", "fields"), GONE, ids=range(len(GONE)))
def test_what_is_gone_is_gone_at_once(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str, status: int, fields: dict[str, str]
) -> None:
    origin.says[segment] = Said(fields=FOREVER, body=b"old")
    assert ask(edge.url, segment).body == b"old"
    origin.says[segment] = Said(status, {**fields, "Surrogate-Key": TAG}, b"gone")
    assert ask(edge.url, segment).is_hit
    edge.dropped(segment, tag=TAG)
    assert seen(edge, segment, lambda found: found.status == status)
    origin.says[segment] = Said(fields=FOREVER, body=b"back")
    edge.dropped(segment, tag=TAG)
    assert seen(edge, segment, lambda found: found.body == b"back")


def test_what_was_on_its_way_is_purged_by_the_second_purge(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    held = threading.Event()
    origin.says[segment] = Said(fields=FOREVER, body=b"old", held=held)
    asking = threading.Thread(target=ask, args=(edge.url, segment))
    asking.start()
    until(lambda: origin.fetches(segment))
    origin.says[segment] = Said(fields=FOREVER, body=b"new")
    edge.dropped(segment, tag=TAG)
    held.set()
    asking.join()
    edge.dropped(segment, tag=TAG)
    assert seen(edge, segment, lambda found: found.body == b"new")


def test_what_nobody_asked_for_can_be_purged(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    edge.dropped(segment, tag=TAG)
    origin.says[segment] = Said(fields=FOREVER)
    edge.dropped(segment, tag=TAG)
    assert seen(edge, segment, lambda found: found.status == HTTPStatus.OK)
