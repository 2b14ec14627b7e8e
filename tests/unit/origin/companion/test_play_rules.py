"""Tickets, what counts under one, and what trends: whatever is said, and in whatever order."""

import math

from hypothesis import assume, example, given
from hypothesis import strategies as st

from origin.companion.plays.rules import Reason, needed_s, why_not
from origin.companion.plays.tickets import LENGTH_MAX, NONCE_BYTES, new_ticket, read_ticket
from origin.companion.plays.trending import HALF_LIFE_S, LANDMARK_S, score_with

KEY = bytes(range(32))
IDS = st.from_regex(r"[a-z0-9][a-z0-9_-]{0,63}", fullmatch=True)
TIMES = st.floats(LANDMARK_S, LANDMARK_S + 1e10)
NONCES = st.binary(min_size=NONCE_BYTES, max_size=NONCE_BYTES)
LENGTHS = st.none() | st.floats(0.01, 1e5)


@given(IDS, TIMES, NONCES)
def test_a_ticket_is_read_as_it_was_written(track_id: str, now_s: float, nonce: bytes) -> None:
    ticket = new_ticket(track_id, now_s, nonce)
    text = ticket.signed(KEY)
    assert read_ticket(text, KEY) == ticket
    assert len(text) <= LENGTH_MAX
    assert 0 <= now_s - ticket.begun_s < 0.002
    assert read_ticket(text, KEY[::-1]) is None


@given(IDS, TIMES, NONCES, st.data())
def test_no_ticket_can_be_changed(
    track_id: str, now_s: float, nonce: bytes, data: st.DataObject
) -> None:
    text = new_ticket(track_id, now_s, nonce).signed(KEY)
    at = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(at, min(at + 3, len(text))))
    changed = text[:at] + data.draw(st.text(max_size=3)) + text[end:]
    assume(changed != text)
    assert read_ticket(changed, KEY) is None


@given(st.text())
def test_nothing_else_is_a_ticket(text: str) -> None:
    assert read_ticket(text, KEY) is None


@given(st.floats(-1e6, 1e6), st.floats(0, 86_400), LENGTHS)
def test_what_counts_was_heard_and_took_its_time(
    passed_s: float, heard_s: float, duration_s: float | None
) -> None:
    ticket = new_ticket("track", LANDMARK_S, bytes(NONCE_BYTES))
    reason = why_not(ticket, heard_s, duration_s, LANDMARK_S + passed_s)
    if reason is None:
        assert 0 < needed_s(duration_s) <= min(30, heard_s, passed_s)
        assert heard_s <= passed_s + 2
        assert passed_s <= 86_400
    elif reason is Reason.TOO_SHORT:
        assert min(heard_s, passed_s) < needed_s(duration_s) <= 30


@example([LANDMARK_S] * 3, 2)
@given(st.lists(TIMES, min_size=1, max_size=20), st.integers(0, 20))
def test_a_score_is_the_same_in_any_order(played_s: list[float], cut: int) -> None:
    once = score_with(0, played_s)
    apart = score_with(score_with(0, played_s[cut:]), played_s[:cut])
    assert math.isfinite(once)
    assert math.isclose(once, apart, rel_tol=1e-9, abs_tol=1e-9)


@given(TIMES)
def test_a_play_weighs_as_two_that_are_a_half_life_older(at_s: float) -> None:
    two = score_with(0, [at_s, at_s])
    assert math.isclose(two, score_with(0, [at_s + HALF_LIFE_S]), rel_tol=1e-9)
