"""What copies are answered with: whole, in part, or not at all.

What a 200 says, HEAD, 304 and 206 say, too (RFC 9110 §9.3.2, §15.3.7, §15.4.5). Who is told that a
part is not there is not to keep that (§15.5.17).
"""

from itertools import count
from typing import Final

import pytest

from cdn.policy.cache_control import policy_for
from cdn.policy.cross_origin import ON_EVERY_ANSWER
from cdn.policy.object_class import ObjectClass
from cdn.tags import tag_headers
from tests.functional.edges.asking import ask, seen
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin

NUMBERS: Final = count()
LIFE: Final = "max-age=31536000, immutable"
TOLD: Final = ("cache-control", "cdn-cache-control", "surrogate-control")
ETAG: Final = '"one"'
BEFORE, MODIFIED = "Sun, 04 Jan 2026 10:00:00 GMT", "Mon, 05 Jan 2026 10:00:00 GMT"
TO_COME: Final = "Mon, 04 Jan 2126 10:00:00 GMT"
OF_THE_ANSWER: Final = {"age", "cache-status", "connection", "date", "x-request-id"}
OF_THE_CONTENT: Final = {
    "accept-ranges", "cmsd-static", "content-encoding", "content-length", "content-range",
    "content-type",
}  # fmt: skip
AT: Final = {
    ObjectClass.SEGMENT: "/media/a/same{}/1.m4s",
    ObjectClass.MEDIA_PLAYLIST: "/media/a/same{}/128k/playlist.m3u8",
    ObjectClass.ENTRY_PLAYLIST: "/same{}.m3u8",
    ObjectClass.PUBLIC_API: "/v1/same{}",
}
ASKED: Final[dict[str, dict[str, str]]] = {
    "HEAD": {"method": "HEAD"},
    "304": {"If_None_Match": '"same"'},
    "HEAD 304": {"If_None_Match": '"same"', "method": "HEAD"},
    "206": {"Range": "bytes=1-2"},
}


@pytest.fixture(params=AT, ids=str)
def path(request: pytest.FixtureRequest, origin: ScriptedOrigin) -> str:
    """Something of a class, as the program says it, compressed where that may be."""
    object_class: ObjectClass = request.param
    path, policy = AT[object_class].format(next(NUMBERS)), policy_for(object_class, purged=True)
    fields = {
        **policy.headers,
        **tag_headers(("class-x", "asset-a")),
        **ON_EVERY_ANSWER,
        "Content-Type": "text/plain",
        "CMSD-Static": "ot=a",
        "ETag": '"same"',
        "Last-Modified": MODIFIED,
    }
    if policy.compressible:
        fields |= {"Vary": "Accept-Encoding", "Content-Encoding": "br"}
    origin.says[path] = Said(fields=fields, body=b"0123456789")
    return path


@pytest.mark.parametrize("asked", ASKED.values(), ids=ASKED)
def test_it_is_said_in_all_ways(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, asked: dict[str, str]
) -> None:
    assert seen(edge, path, lambda found: found.is_hit, Accept_Encoding="br")
    fetched = len(origin.fetches(path))
    whole = ask(edge.url, path, Accept_Encoding="br")
    found = ask(edge.url, path, Accept_Encoding="br", **asked)
    assert whole.is_hit
    assert found.is_hit
    told = {name: found.fields.get(name) for name in whole.fields.keys() - OF_THE_ANSWER}
    differ = {name for name, value in told.items() if value != whole.fields[name]}
    if found.status == 200:
        assert not differ
    elif found.status == 206:
        assert differ <= {"content-length", "accept-ranges"}
        assert found.fields["content-range"] == "bytes 1-2/10"
    else:
        assert found.status == 304
        assert differ <= OF_THE_CONTENT
    assert found.fields.keys() - whole.fields.keys() <= {"content-range", *OF_THE_ANSWER}
    assert len(origin.fetches(path)) == fetched


@pytest.fixture(params=["/media/a/r{}/1.m4s", "/ranges{}.m3u8"], ids=["media", "entry"])
def ten(request: pytest.FixtureRequest, edge: RunningEdge, origin: ScriptedOrigin) -> str:
    """Ten bytes that are kept."""
    path: str = request.param.format(next(NUMBERS))
    named = ("Cache-Control", "CDN-Cache-Control", "Surrogate-Control")
    fields = dict.fromkeys(named, LIFE) | {"ETag": ETAG, "Last-Modified": MODIFIED}
    origin.says[path] = Said(fields=fields, body=b"0123456789")
    assert ask(edge.url, path).body == b"0123456789"
    return path


@pytest.mark.parametrize("asked", ["10-", "10-20", "999999999999999-", "9-9"])
def test_who_asks_for_more_than_there_is(edge: RunningEdge, ten: str, asked: str) -> None:
    found = ask(edge.url, ten, Range=f"bytes={asked}")
    if asked == "9-9":
        assert (found.status, found.body, found.fields["cache-control"]) == (206, b"9", LIFE)
        return
    assert (found.status, found.fields["content-range"]) == (416, "bytes */10")
    assert all("no-store" in found.fields[each] for each in TOLD)
    assert (again := ask(edge.url, ten)).is_hit
    assert [again.fields[each] for each in TOLD] == [LIFE] * 3


@pytest.mark.parametrize(
    "fields",
    [
        {"If_Range": ETAG},
        {"If_Range": MODIFIED},
        {"If_None_Match": '"two"', "If_Modified_Since": MODIFIED},
        {"If_Modified_Since": BEFORE},
        {"If_Modified_Since": TO_COME},
        {"If_Modified_Since": "yesterday"},
    ],
    ids=str,
)
def test_a_condition_that_holds_changes_nothing_about_that(
    edge: RunningEdge, ten: str, fields: dict[str, str]
) -> None:
    found = ask(edge.url, ten, Range="bytes=10-", **fields)
    assert found.status == 416
    assert all("no-store" in found.fields[each] for each in TOLD)


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
    edge: RunningEdge, ten: str, asked: str
) -> None:
    found = ask(edge.url, ten, Range=f"bytes={asked}")
    if found.status == 416:
        assert all("no-store" in found.fields[each] for each in TOLD)
        assert "," not in asked
    else:
        assert (found.status, found.fields["cache-control"]) in {(200, LIFE), (206, LIFE)}


@pytest.mark.parametrize(
    "fields",
    [
        {"If_Range": '"two"'},
        {"If_Range": BEFORE},
        {"If_None_Match": ETAG},
        {"If_None_Match": "*"},
        {"If_Modified_Since": MODIFIED},
    ],
    ids=str,
)
def test_what_comes_before_a_range_is_told_as_ever(
    edge: RunningEdge, ten: str, fields: dict[str, str]
) -> None:
    found = ask(edge.url, ten, Range="bytes=10-", **fields)
    assert found.status == (200 if "If_Range" in fields else 304)
    assert [found.fields[each] for each in TOLD] == [LIFE] * 3


def test_that_there_is_no_such_range_is_kept_by_nobody(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    """The whole is, for a year."""
    path = "/media/ranges/r1/1.m4s"
    origin.says[path] = Said(fields=policy_for(ObjectClass.SEGMENT).headers)
    for _ in range(2):
        none = ask(edge.url, path, Range="bytes=1000-")
        assert none.status == 416
        for name in policy_for(ObjectClass.CLIENT_ERROR).headers:
            assert "no-store" in none.fields[name.lower()]
    whole = ask(edge.url, path).fields
    assert "no-store" not in f"{whole['cache-control']} {whole['cdn-cache-control']}"
