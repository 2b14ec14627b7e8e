"""Both paths give the same bytes, whatever is sent, each answer once and in its turn."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
from obstore.store import MemoryStore

from origin.app import create_app
from tests.conformance.both_paths import LAST, BothPaths, both_paths
from tests.conformance.hostile.conditions import CONDITIONS
from tests.conformance.hostile.fields import FIELDS
from tests.conformance.hostile.framing import FRAMING
from tests.conformance.hostile.head_method import HEADS
from tests.conformance.hostile.messages import MESSAGES
from tests.conformance.hostile.pieces import IN_PIECES
from tests.conformance.hostile.request import BEGUN, PAGE, Hostile
from tests.conformance.hostile.request_line import LINES, TARGETS
from tests.conformance.wire import DATE

HOSTILE = [*MESSAGES, *FIELDS, *FRAMING, *TARGETS, *LINES, *HEADS, *CONDITIONS]
STATUS_LINE = re.compile(rb"HTTP/1\.1 ([0-9]{3}) [A-Z][^\r]*\r\n(.*?)\r\n\r\n", re.DOTALL)


@pytest.fixture
async def paths() -> AsyncIterator[BothPaths]:
    """Both, where the page was asked for in every way that is answered again."""
    async with both_paths(create_app(MemoryStore())) as both:
        for field in (b"", b"Accept-Encoding: gzip\r\n", b"Range: bytes=0-\r\n"):
            plain, hot = await both.answers_in_turn(BEGUN + field + b"\r\n")
            assert plain == hot
        assert both.hot.given == 0
        yield both


ONE_OF = 4
"""So many are like each other: the others are asked with all that takes long."""


@pytest.mark.parametrize(
    "fields",
    [
        b"", b"Accept-Encoding: gzip, deflate\r\n", b"Range: bytes=0-\r\n",
        b"Connection: keep-alive\r\nUser-Agent: a\r\n", b"Cookie: a=b\r\nDNT:\r\n",
    ],
)  # fmt: skip
@pytest.mark.parametrize("target", [b"/", b"/?", b"/?CMCD=bl%3D21300%2Csid%3D%22a%22", b"/?a=b&c?"])
async def test_a_plain_request_is_answered_again(
    paths: BothPaths, target: bytes, fields: bytes
) -> None:
    request = b"GET " + target + b" HTTP/1.1\r\nHost: x\r\n" + fields + b"\r\n"
    plain, hot = await paths.answers_in_turn(request, request)
    assert plain == hot
    assert plain.count(b"HTTP/1.1 20") == 2
    assert paths.hot.given == 2


def assert_said(said: bytes, hostile: Hostile, *before: int, after: int = 0) -> None:
    """Look at the statuses of all answers, and at what each of them owes."""
    assert b"HTTP/1.0" not in said.replace(b"HTTP/1.1 and HTTP/1.0", b"")
    assert b"100 Continue" not in said
    found = STATUS_LINE.findall(said)
    wanted = [*before, *hostile.statuses, *[200] * (after if hostile.stays else 0)]
    assert [int(status) for status, _ in found] == wanted
    fields: dict[str, str] = {}
    for status, head in found:
        fields = dict(field.split(": ", 1) for field in head.decode().split("\r\n"))
        assert fields["Cache-Status"].startswith("soundbridge; ")
        assert DATE.fullmatch(fields["Date"]) or fields["Date"] == "-"
        if int(status) >= 400:
            assert fields["Content-Type"] == "application/problem+json"
    if hostile.is_head and not hostile.stays:
        assert int(fields["Content-Length"]) > 0, "as for GET (RFC 9110 §8.6)"
        assert said.endswith(b"\r\n\r\n"), "no body (RFC 9110 §9.3.2)"
    if hostile.says_so:
        assert b"\r\nConnection: close" in found[-1][1]


@pytest.mark.parametrize(
    "hostile",
    [
        pytest.param(
            hostile,
            id=f"{number} {hostile}",
            marks=[] if number % ONE_OF == 0 else [pytest.mark.long],
        )
        for number, hostile in enumerate(HOSTILE)
    ],
)
async def test_whatever_is_sent(paths: BothPaths, hostile: Hostile) -> None:
    """Each alone, after a plain request, and before one, in one piece and in two."""
    (request,) = hostile.pieces

    async def send(*pieces: bytes, before: int = 0, after: int = 1) -> None:
        plain, hot = await paths.answers(*pieces)
        assert plain == hot, pieces
        assert_said(hot, hostile, *[200] * before, after=after)

    await send(request, LAST)
    await send(PAGE, request, LAST, before=1)
    await send(request, PAGE, LAST, after=2)
    await send(request + LAST)


@pytest.mark.parametrize("hostile", IN_PIECES, ids=str)
async def test_whatever_is_sent_in_pieces(paths: BothPaths, hostile: Hostile) -> None:
    plain, hot = await paths.answers(*hostile.pieces, LAST)
    assert plain == hot
    assert_said(hot, hostile, after=1)


async def test_a_request_split_at_every_byte(paths: BothPaths) -> None:
    async def split(at: int) -> None:
        pieces = [PAGE[:at], PAGE[at:], PAGE, PAGE + PAGE[:at], PAGE[at:], LAST]
        plain, hot = await paths.answers(*pieces)
        assert plain == hot, at
        assert plain.count(b"HTTP/1.1 200") == 5

    for first in range(1, len(PAGE), 8):
        await asyncio.gather(*map(split, range(first, min(first + 8, len(PAGE)))))


async def test_byte_by_byte(paths: BothPaths) -> None:
    stream = PAGE + PAGE
    plain, hot = await paths.answers(*(stream[at : at + 1] for at in range(len(stream))), LAST)
    assert plain == hot
    assert plain.count(b"HTTP/1.1 200") == 3


async def test_a_connection_comes_to_rest_again(paths: BothPaths) -> None:
    """After whatever aiohttp had to answer, plain requests are answered again at once."""
    for before in (PAGE[:9], b"HEAD / HTTP/1.1\r\nHost: x\r\n\r\n", PAGE + PAGE):
        given = paths.hot.given
        rest = PAGE[len(before) :] if before == PAGE[:9] else b""
        await paths.answers(*filter(None, [before, rest]), PAGE, PAGE, LAST)
        assert paths.hot.given > given


BODY = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
CHUNKS = b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"


async def test_it_does_after_a_request_that_came_with_all_of_its_body(paths: BothPaths) -> None:
    for before in (BODY, BODY.replace(b"hello", b"\r\n\r\n\n"), BODY.replace(b"POST", b"GET")):
        given = paths.hot.given
        plain, hot = await paths.answers(before, PAGE, PAGE, LAST)
        assert plain == hot
        assert paths.hot.given >= given + 2


@pytest.mark.parametrize(
    "pieces",
    [
        (BODY[:-5], b"hello"), (BODY[:-1], b"o"), (CHUNKS,), (PAGE[:9], PAGE[9:] + BODY),
        (PAGE + BODY,),
    ],
)  # fmt: skip
async def test_it_does_not_after_one_of_which_something_may_be_left(
    paths: BothPaths, pieces: tuple[bytes, ...]
) -> None:
    given = paths.hot.given
    plain, hot = await paths.answers(*pieces, PAGE)
    assert plain == hot
    assert len(STATUS_LINE.findall(plain)) == b"".join((*pieces, PAGE)).count(b" HTTP/1.1\r\n")
    assert paths.hot.given == given


async def test_a_request_that_begins_behind_a_body_is_read_whole(paths: BothPaths) -> None:
    for at in range(1, len(PAGE)):
        plain, hot = await paths.answers(BODY + PAGE[:at], PAGE[at:], LAST)
        assert plain == hot, at
        assert plain.count(b"HTTP/1.1 200") == 2


async def test_what_goes_on_a_request_behind_a_body_is_no_request(paths: BothPaths) -> None:
    """It looks like one, and is the value of a field."""
    begun = b"GET /healthz HTTP/1.1\r\nX-Before: "
    for before in (BODY, BODY.replace(b"hello", b"\r\n\r\n\n")):
        plain, hot = await paths.answers(before + begun, PAGE, LAST)
        assert plain == hot
        assert len(STATUS_LINE.findall(plain)) == 3
        assert b"<html" not in hot
