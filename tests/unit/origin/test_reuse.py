"""Answers given again: which uses of what they were made of are counted."""

from aiohttp import web

from cdn.policy.holding import Holding
from origin.cache.held import Held
from origin.cache.record import Record
from origin.delivery.head import PlainHead
from origin.delivery.reuse import COUNT_EVERY_S, HotAnswers, Reusable
from origin.telemetry.requests import RequestNotes

PATH = b"/media/asset/segment.m4s"
HEAD = PlainHead(plain=0, compressible=None, user_agent=None)


def answers_counting(used_s: list[float]) -> HotAnswers:
    """Return answers with one, each counted use of which adds its time."""
    answers = HotAnswers()
    answers.use_of = lambda _key: used_s.append
    response = web.Response(body=b"sound")
    noted = RequestNotes().noted(PATH.decode(), response, 5)
    record = Record(held=[Held("key", b"sound", None, Holding(None, None), since_s=0)])
    answers.keep(PATH, response, Reusable(0, compressible=False), record, noted)
    return answers


def test_a_use_is_counted_again_only_after_a_moment() -> None:
    used_s: list[float] = []
    answers = answers_counting(used_s)
    last_s = 1.0 + COUNT_EVERY_S
    for now_s in (1.0, 1.0, last_s - 0.001, last_s, last_s):
        assert answers.find(PATH, HEAD, now_s) is not None
    assert used_s == [1.0, last_s]
