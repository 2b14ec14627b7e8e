"""Answers that somebody vouches for: for how long they are held, and how many."""

from dataclasses import dataclass

from aiohttp import web

from origin.cache.record import CACHE_STATUS, Found
from origin.delivery.head import PlainHead
from origin.delivery.live import BYTES_MAX, VOUCHER, LiveAnswers
from origin.telemetry.requests import RequestNotes

HEAD = PlainHead(plain=0, compressible=0, user_agent=None)
NOW_S = 4e9
"""After whenever this runs."""


@dataclass
class Voucher:
    """Says what a test lets it."""

    held_bytes: int = 0
    is_good: bool = True

    def stands(self) -> bool:
        return self.is_good

    def admit(self, peer: str, forwarded_for: str | None, unix_s: float) -> str | None:
        del peer, forwarded_for, unix_s
        return ""


def keep(answers: LiveAnswers, target: bytes, voucher: Voucher, found: Found) -> None:
    headers = {CACHE_STATUS: found.value, "Age": "7", "Date": "now", "X-Request-Id": "a"}
    response = web.Response(body=b"{}", headers=headers)
    response[VOUCHER] = voucher
    answers.keep(target, HEAD, response, RequestNotes().noted(target.decode(), response, 2))


def test_what_is_vouched_for_again_is_given_again() -> None:
    answers, voucher = LiveAnswers(), Voucher()
    keep(answers, b"/v1/a", voucher, Found.STORE)
    voucher.is_good = False
    assert answers.find(b"/v1/a", HEAD) is None
    voucher.is_good = True
    assert answers.find(b"/v1/a", HEAD) is not None


def test_it_says_what_the_next_one_says() -> None:
    answers = LiveAnswers()
    for found in Found:
        keep(answers, b"/v1/a", Voucher(), found)
        answer = answers.find(b"/v1/a", HEAD)
        assert answer is not None
        head = answer.head("", "b", NOW_S) or b""
        assert f"{CACHE_STATUS}: {Found.MEMORY.value}\r\n".encode() in head
        assert b"\r\nX-Request-Id: b\r\n" in head
        assert b"Age" not in head


def test_what_does_not_stand_is_not_kept() -> None:
    answers = LiveAnswers()
    keep(answers, b"/v1/a", Voucher(is_good=False), Found.STALE)
    assert len(answers) == 0


def test_what_is_held_beside_an_answer_counts() -> None:
    answers, voucher = LiveAnswers(), Voucher(held_bytes=BYTES_MAX // 8)
    for number in range(20):
        keep(answers, f"/v1/{number}".encode(), voucher, Found.STORE)
    assert 0 < len(answers) < 8
