"""When a webhook is tried again."""

from datetime import UTC, datetime

import pytest

from origin.companion.webhooks.policy import PAUSES_S, asked_s, pause_s

NOW = datetime(2026, 11, 28, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "said", "pause_s"),
    [
        (503, "120", 120.0),
        (429, "0", 0.0),
        (429, "Sat, 28 Nov 2026 12:01:40 GMT", 100.0),
        (503, "Sat, 28 Nov 2026 11:00:00 GMT", 0.0),
        (500, "120", 0.0),
        (503, None, 0.0),
        (503, "soon", 0.0),
    ],
)
def test_what_an_answer_asks_for(status: int, said: str | None, pause_s: float) -> None:
    assert asked_s(status, said, NOW) == pause_s


def test_a_pause_is_longer_where_that_is_asked_for_but_not_for_ever() -> None:
    assert pause_s(1, 0.0) == PAUSES_S[0]
    assert pause_s(1, 0.0, 60.0) == 60.0
    assert pause_s(1, 0.0, 1.0) == PAUSES_S[0]
    assert pause_s(1, 0.0, 1e9) == max(PAUSES_S)
    assert pause_s(len(PAUSES_S) + 1, 0.0, 60.0) is None
