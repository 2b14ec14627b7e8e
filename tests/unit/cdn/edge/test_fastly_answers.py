"""What Fastly's VCL makes of answers, by translating it."""

import pytest

from cdn.edge.cloud import NOT_FOR_VIEWERS
from cdn.policy.cache_control import policy_for
from cdn.policy.object_class import ObjectClass
from tests.functional.edge_tokens import SEGMENT
from tests.unit.cdn.edge.fastly_asked import Vcl
from tests.unit.cdn.edge.vcl_in_python import STATUSES, Answer


@pytest.mark.parametrize("object_class", ObjectClass)
def test_what_is_kept_is_what_the_policy_says(object_class: ObjectClass) -> None:
    """How long is read by Fastly out of the same field."""
    policy = policy_for(object_class)
    asked = Vcl(SEGMENT, answer=Answer(fields=policy.headers))
    may_be_kept = "no-store" not in policy.surrogate_control
    assert asked.outcome("vcl_fetch") == ("deliver" if may_be_kept else "pass")
    assert asked.done == {"beresp.do_stream": True}


@pytest.mark.parametrize(
    ("answer", "done"),
    [
        (Answer(fields={"Cache-Control": "max-age=60"}), "deliver"),
        (Answer(fields={"Cache-Control": "private, max-age=60"}), "pass"),
        (Answer(fields={"Surrogate-Control": "max-age=60", "Set-Cookie": "a=b"}), "pass"),
        (Answer(), "pass"),
        (Answer(503, {"Surrogate-Control": "max-age=60"}), "deliver"),
        (Answer(503, is_behind_a_stale_one=True), "deliver_stale"),
        (Answer(404, {"Surrogate-Control": "max-age=5"}, is_behind_a_stale_one=True), "deliver"),
    ],
)
def test_what_becomes_of_an_answer(answer: Answer, done: str) -> None:
    asked = Vcl(SEGMENT, answer=answer)
    assert asked.outcome("vcl_fetch") == done
    is_error = answer.status == 503 and done == "deliver"
    assert (asked.done.get("beresp.cacheable") is False) is is_error


@pytest.mark.parametrize(("code", "status"), STATUSES.items())
def test_what_is_answered_is_what_players_read(code: int, status: int) -> None:
    asked = Vcl(f"{SEGMENT}", "a=b", {"host": "music.example.com"}, answer=Answer(code))
    assert asked.outcome("vcl_error") == "deliver"
    said = {name.removeprefix("obj."): each for name, each in asked.done.items()}
    assert said["status"] == status
    if status == 308:
        assert said["http.Location"] == f"https://music.example.com{SEGMENT}?a=b"
    else:
        assert said["http.Access-Control-Allow-Origin"] == "*"
    assert ("http.WWW-Authenticate" in said) is (status in {401, 403})
    assert (said.get("http.Cache-Control") is None) is (status in {204, 308})


@pytest.mark.parametrize("is_stale", [True, False])
def test_something_stale_is_given_where_no_backend_answers(*, is_stale: bool) -> None:
    asked = Vcl(SEGMENT, answer=Answer(503, is_behind_a_stale_one=is_stale))
    assert asked.outcome("vcl_error") == ("deliver_stale" if is_stale else "deliver")
    assert asked.done == {}


def test_viewers_are_not_told_what_edges_are() -> None:
    """At a shield, an edge is who asks."""
    edge_of_viewers, shield = Vcl(SEGMENT), Vcl(SEGMENT, visits=1)
    assert edge_of_viewers.outcome("vcl_deliver") == shield.outcome("vcl_deliver") == "deliver"
    assert edge_of_viewers.done == dict.fromkeys(f"resp.http.{name}" for name in NOT_FOR_VIEWERS)
    assert shield.done == {}


def test_what_takes_its_time_has_it() -> None:
    """A stream says something every 15 s; an upload is answered when it was looked at."""
    stream, upload = Vcl("/v1/assets/events"), Vcl("/v1/uploads/x", method="PATCH")
    assert stream.outcome("vcl_pass") == upload.outcome("vcl_pass") == "pass"
    assert stream.done == {"bereq.between_bytes_timeout": 60}
    assert upload.done == {**stream.done, "bereq.first_byte_timeout": 300}
