"""Ranges of copies that cannot be had: who is told so is not to keep it (RFC 9110 §15.5.17)."""

from itertools import count
from typing import Final

import pytest

from tests.functional.edges.asking import ask
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin

NUMBERS: Final = count()
LIFE: Final = "max-age=31536000, immutable"
TOLD: Final = ("cache-control", "cdn-cache-control", "surrogate-control")
ETAG: Final = '"one"'


@pytest.fixture(params=["/media/a/r{}/1.m4s", "/ranges{}.m3u8"], ids=["media", "entry"])
def path(request: pytest.FixtureRequest, edge: RunningEdge, origin: ScriptedOrigin) -> str:
    """Ten bytes that are kept."""
    path: str = request.param.format(next(NUMBERS))
    named = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control")
    fields = dict.fromkeys(named, LIFE) | {"ETag": ETAG, "Surrogate-Key": "asset-a"}
    origin.says[path] = Said(fields=fields, body=b"0123456789")
    assert ask(edge.url, path).body == b"0123456789"
    return path


@pytest.mark.parametrize("asked", ["10-", "10-20", "99999999999999999999-", "9-9"])
def test_who_asks_for_more_than_there_is(edge: RunningEdge, path: str, asked: str) -> None:
    found = ask(edge.url, path, Range=f"bytes={asked}")
    if asked == "9-9":
        assert (found.status, found.body, found.fields["cache-control"]) == (206, b"9", LIFE)
        return
    assert (found.status, found.fields["content-range"]) == (416, "bytes */10")
    assert all("no-store" in found.fields[each] for each in TOLD)
    assert (again := ask(edge.url, path)).is_hit
    assert [again.fields[each] for each in TOLD] == [LIFE] * 3


@pytest.mark.parametrize("status", [412, 416])
def test_what_the_origin_refuses_is_told_as_it_says(
    edge: RunningEdge, origin: ScriptedOrigin, status: int
) -> None:
    path = f"/v1/refused{next(NUMBERS)}"
    origin.says[path] = Said(status, {"Cache-Control": "private, no-store"})
    found = ask(edge.url, path, Range="bytes=9-", Authorization="Bearer x")
    assert (found.status, found.fields["cache-control"]) == (status, "private, no-store")


@pytest.mark.parametrize("asked", ["0-1,4-5", "0-,0-,0-,0-", "5-2", "-0", "-", "x", "0x1-"])
def test_what_is_no_range_is_not_told_to_be_beyond_the_end(
    edge: RunningEdge, path: str, asked: str
) -> None:
    found = ask(edge.url, path, Range=f"bytes={asked}")
    if found.status == 416:
        assert all("no-store" in found.fields[each] for each in TOLD)
        assert "," not in asked
    else:
        assert (found.status, found.fields["cache-control"]) in {(200, LIFE), (206, LIFE)}


@pytest.mark.parametrize("fields", [{"If_Range": '"two"'}, {"If_None_Match": ETAG}])
def test_what_comes_before_a_range_is_told_as_ever(
    edge: RunningEdge, path: str, fields: dict[str, str]
) -> None:
    found = ask(edge.url, path, Range="bytes=10-", **fields)
    assert found.status == (200 if "If_Range" in fields else 304)
    assert [found.fields[each] for each in TOLD] == [LIFE] * 3
