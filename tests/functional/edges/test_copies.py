"""What an edge keeps, and what it gives of it."""

import threading
from contextlib import suppress
from http.client import IncompleteRead
from itertools import count
from typing import Final, Literal

import pytest

from cdn.policy.cache_control import policy_for
from cdn.policy.object_class import ObjectClass
from tests.functional.edges.asking import Answer, ask, ask_at_once, seen
from tests.functional.supervising import until
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin

TAG: Final = '"a-tag"'
BODY: Final = bytes(range(256)) * 400
BRIEF: Final = {"Cache-Control": "max-age=1", "ETag": TAG}
FOREVER: Final = policy_for(ObjectClass.SEGMENT).headers | {"ETag": TAG, "Accept-Ranges": "bytes"}
NUMBERS: Final = count()
STALE_FOR: Final = {"Cache-Control": "max-age=1, stale-if-error=86400", "ETag": TAG}
OF_API: Final = {"Cache-Control": "public, max-age=0, s-maxage=1"}
RENEWED: Final = {"Cache-Control": "max-age=1, stale-while-revalidate=86400"}
ERRORS: Final = (503, None, 500, 502, 504)
TAKEN_BACK: Final = (404, 403, 410)
AGED: Final = {
    "/aged.m3u8": BRIEF,
    "/aged-changed.m3u8": STALE_FOR,
    "/v1/aged": OF_API,
    "/aged-renewed.m3u8": RENEWED,
    **{f"/aged-{status}.m3u8": STALE_FOR for status in (*ERRORS, *TAKEN_BACK)},
}
"""What is asked for before all tests, so that its time is over when one of them comes to it."""


@pytest.fixture(scope="module", autouse=True)
def aged(edge: RunningEdge, scripted_origin: ScriptedOrigin) -> None:
    for path, fields in AGED.items():
        scripted_origin.says[path] = Said(fields=fields, body=b"old")
        assert ask(edge.url, path).body == b"old"


@pytest.fixture
def segment() -> str:
    """The path of a segment that nobody has asked for."""
    return f"/media/asset/r{next(NUMBERS)}/128k/00001.m4s"


@pytest.fixture
def entry() -> str:
    """The path of an entry that nobody has asked for."""
    return f"/entry-{next(NUMBERS)}.m3u8"


def test_the_second_request_is_answered_by_the_edge(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    origin.says[segment] = Said(fields=FOREVER, body=BODY)
    first, second = ask(edge.url, segment), ask(edge.url, segment)
    assert (first.status, first.body) == (second.status, second.body) == (200, BODY)
    assert not first.is_hit
    assert second.is_hit
    assert len(origin.fetches(segment)) == 1
    for name, value in FOREVER.items():
        assert second.fields[name.lower()] == value


def test_five_hundred_at_once_cost_one_fetch(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    held = threading.Event()
    origin.says[segment] = Said(fields=FOREVER, body=BODY, held=held)
    threading.Timer(0.5, held.set).start()
    answers = ask_at_once(edge.url, segment, 500)
    assert {(each.status, each.body) for each in answers} == {(200, BODY)}
    assert len(origin.fetches(segment)) == 1


@pytest.mark.long
def test_those_who_wait_do_not_all_ask_when_the_origin_is_slow(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    origin.says[segment] = Said(fields=FOREVER, body=BODY, after_s=8)
    answers = ask_at_once(edge.url, segment, 100)
    assert {(each.status, each.body) for each in answers} == {(200, BODY)}
    assert len(origin.fetches(segment)) <= 2, "after five seconds, one more"


def test_a_range_is_cut_from_the_whole_copy(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    origin.says[segment] = Said(fields=FOREVER, body=BODY)
    for range_, part in (
        ("bytes=10-19", BODY[10:20]),
        ("bytes=0-", BODY),
        ("bytes=-7", BODY[-7:]),
    ):
        found = ask(edge.url, segment, Range=range_)
        assert (found.status, found.body) == (206, part)
    assert ask(edge.url, segment, Range=f"bytes={len(BODY)}-").status == 416
    assert ask(edge.url, segment).body == BODY
    (asked,) = origin.fetches(segment)
    assert "range" not in asked.fields


def test_a_part_is_given_only_of_what_the_client_has(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    origin.says[segment] = Said(fields=FOREVER, body=BODY)
    ask(edge.url, segment)
    assert ask(edge.url, segment, Range="bytes=1-2", If_Range=TAG).status == 206
    assert ask(edge.url, segment, Range="bytes=1-2", If_Range='"another"').status == 200
    assert ask(edge.url, segment, Range="bytes=1-2", If_Range=f"W/{TAG}").status == 200


def test_a_client_that_has_it_is_told_so(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    origin.says[segment] = Said(fields=FOREVER, body=BODY)
    for _ in range(2):
        known = ask(edge.url, segment, If_None_Match=f'"x", {TAG}')
        assert (known.status, known.body) == (304, b"")
        assert known.fields["etag"] == TAG
        assert known.fields["cache-control"] == FOREVER["Cache-Control"]
    assert ask(edge.url, segment, If_None_Match='"x"').status == 200
    assert len(origin.fetches(segment)) == 1


def test_what_has_expired_is_asked_for_by_its_tag(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/aged.m3u8"
    origin.says[path] = Said(fields={"Cache-Control": "max-age=600", "ETag": TAG}, body=b"old")

    def asked_for() -> Answer | Literal[False]:
        found = ask(edge.url, path)
        return bool(origin.fetches(path)) and found

    renewed = until(asked_for)
    assert (renewed.status, renewed.body) == (200, b"old")
    assert ask(edge.url, path).is_hit
    (asked,) = origin.fetches(path)
    assert asked.fields["if-none-match"] == TAG


def test_what_has_expired_and_changed_is_new(edge: RunningEdge, origin: ScriptedOrigin) -> None:
    path = "/aged-changed.m3u8"
    origin.says[path] = Said(fields=STALE_FOR | {"ETag": '"new"'}, body=b"new")
    assert until(lambda: ask(edge.url, path).body == b"new")


def test_head_is_answered_from_what_get_brought(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    origin.says[segment] = Said(fields=FOREVER, body=BODY)
    for _ in range(2):
        head = ask(edge.url, segment, method="HEAD")
        assert (head.status, head.body) == (200, b"")
        assert head.fields["content-length"] == str(len(BODY))
    assert ask(edge.url, segment).body == BODY
    assert len(origin.fetches(segment)) == 1


def test_nothing_is_kept_of_an_answer_that_was_cut(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    origin.says[segment] = Said(fields=FOREVER, body=BODY, cut_at=70_000)
    with suppress(IncompleteRead):
        assert ask(edge.url, segment).status in {502, 503}, "it was asked for again, and cut again"
    origin.says[segment] = Said(fields=FOREVER, body=BODY)
    whole = until(lambda: (found := ask(edge.url, segment)).status == 200 and found)
    assert whole.body == BODY
    assert not whole.is_hit


@pytest.mark.long_unless("503", "403")
@pytest.mark.parametrize("status", [500, 503, 400, 403, 410])
def test_errors_are_kept_by_nobody(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str, status: int
) -> None:
    origin.says[segment] = Said(status, policy_for(ObjectClass.CLIENT_ERROR).headers)
    assert [ask(edge.url, segment).status for _ in range(2)] == [status, status]
    origin.says[segment] = Said(fields=FOREVER)
    assert ask(edge.url, segment).status == 200


@pytest.mark.parametrize(
    ("field", "status"),
    [*(("Accept-Encoding", each) for each in (400, 503, None)), ("Origin", None)],
)
def test_what_is_said_to_one_hides_no_copy_from_others(
    edge: RunningEdge, origin: ScriptedOrigin, entry: str, field: str, status: int | None
) -> None:
    """One who takes no codings, such as ffmpeg, or whom another site sends to the API."""
    path = entry if field == "Accept-Encoding" else f"/v1{entry}"
    others = {field: "br" if field == "Accept-Encoding" else "https://a.example"}
    fields = {"Cache-Control": "max-age=60", "Vary": field}
    origin.says[path] = Said(fields=fields)
    assert seen(edge, path, lambda found: found.is_hit, **others)
    origin.is_down = status is None
    origin.says[path] = Said(status or 200, {"Cache-Control": "no-store"})
    assert ask(edge.url, path).status in ({status} if status else {502, 503})
    found = ask(edge.url, path, **others)
    assert (found.status, found.is_hit) == (200, True)


@pytest.mark.long
def test_that_something_is_not_there_is_kept_for_seconds(
    edge: RunningEdge, origin: ScriptedOrigin, segment: str
) -> None:
    origin.says[segment] = Said(404, {"Cache-Control": "max-age=1"})
    assert [ask(edge.url, segment).status for _ in range(2)] == [404, 404]
    assert len(origin.fetches(segment)) == 1
    origin.says[segment] = Said(fields=FOREVER)
    assert until(lambda: ask(edge.url, segment).status == 200)


@pytest.mark.long_unless("503", "None")
@pytest.mark.parametrize("status", ERRORS)
def test_an_entry_outlives_errors_of_the_origin(
    edge: RunningEdge, origin: ScriptedOrigin, status: int | None
) -> None:
    path = f"/aged-{status}.m3u8"
    if status is None:
        origin.is_down = True
    else:
        origin.says[path] = Said(status, {"Cache-Control": "no-store"}, b"error")
    refused = origin.refused

    def is_still_there() -> bool:
        found = ask(edge.url, path)
        assert (found.status, found.body) == (200, b"old")
        return origin.refused > refused or len(origin.fetches(path)) > 0

    until(is_still_there)
    assert is_still_there()


@pytest.mark.long_unless("404")
@pytest.mark.parametrize("status", TAKEN_BACK)
def test_what_was_taken_back_is_no_error_that_an_entry_outlives(
    edge: RunningEdge, origin: ScriptedOrigin, status: int
) -> None:
    path = f"/aged-{status}.m3u8"
    origin.says[path] = Said(status, {"Cache-Control": "no-store"}, b"gone")
    gone = until(lambda: (found := ask(edge.url, path)).status != 200 and found)
    assert gone.status == status


def test_what_the_api_said_is_not_said_for_longer(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    origin.is_down = True
    failed = until(lambda: (found := ask(edge.url, "/v1/aged")).status != 200 and found)
    assert failed.status in {502, 503, 504}
    origin.is_down = False
    origin.says["/v1/aged"] = Said(fields=OF_API, body=b"new")
    until(lambda: ask(edge.url, "/v1/aged").body == b"new")
    assert ask(edge.url, "/v1/aged").is_hit


def test_it_is_renewed_behind_those_who_ask_for_as_long_as_it_says(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = "/aged-renewed.m3u8"
    held = threading.Event()
    origin.says[path] = Said(fields=RENEWED, body=b"new", held=held)

    def is_renewing() -> bool:
        assert ask(edge.url, path).body == b"old"
        return len(origin.fetches(path)) > 0

    until(is_renewing)
    assert {each.body for each in ask_at_once(edge.url, path, 20)} == {b"old"}
    assert len(origin.fetches(path)) == 1
    held.set()
    assert until(lambda: ask(edge.url, path).body == b"new")


@pytest.mark.parametrize("vary", ["User-Agent", "*", "Accept-Encoding, X-Mood"])
def test_what_varies_otherwise_is_not_shared(
    edge: RunningEdge, origin: ScriptedOrigin, entry: str, vary: str
) -> None:
    origin.says[entry] = Said(fields={"Cache-Control": "max-age=60", "Vary": vary}, body=b"one")
    ask(edge.url, entry, User_Agent="one", X_Mood="good")
    origin.says[entry] = Said(fields={"Cache-Control": "max-age=60", "Vary": vary}, body=b"two")
    assert ask(edge.url, entry, User_Agent="two", X_Mood="bad").body == b"two"


def test_what_sets_a_cookie_is_not_kept(
    edge: RunningEdge, origin: ScriptedOrigin, entry: str
) -> None:
    fields = {"Cache-Control": "max-age=60", "Set-Cookie": "who=ann"}
    origin.says[entry] = Said(fields=fields)
    assert [ask(edge.url, entry).is_hit for _ in range(2)] == [False, False]
