from collections.abc import Iterator

import pytest
import structlog
from aiohttp.http_exceptions import BadHttpMessage
from structlog.testing import capture_logs

from origin.delivery import logs
from origin.delivery.library_logs import connection_logger


@pytest.fixture(autouse=True)
def _untouched_configuration() -> Iterator[None]:
    """Neither another test's settings for these, nor these for others."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()


def test_the_network_s_nonsense_is_one_line() -> None:
    with capture_logs() as events:
        connection_logger().error(
            "Error handling request from %s", "::1", exc_info=BadHttpMessage("100% odd:\n\n  b'x'")
        )
    assert events == [
        {
            "event": "Error handling request from ::1",
            "cause": "100% odd:",
            "log_level": "warning",
        }
    ]


def test_our_own_faults_keep_their_traceback() -> None:
    error = RuntimeError("ours")
    with capture_logs() as events:
        connection_logger().error("Unhandled", exc_info=error)
    (event,) = events
    assert event["exc_info"][1] is error


@pytest.mark.parametrize(
    ("terminal", "processor"),
    [(True, structlog.dev.ConsoleRenderer), (False, structlog.processors.JSONRenderer)],
)
def test_people_get_colours_and_programs_json(
    monkeypatch: pytest.MonkeyPatch, *, terminal: bool, processor: type
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    logs.configure()
    assert isinstance(structlog.get_config()["processors"][-1], processor)


class Lines:
    def __init__(self) -> None:
        self.written: list[str] = []

    def write(self, text: str) -> None:
        self.written.append(text)

    def flush(self) -> None:
        """There is nothing to do."""


SECRET = "0123s3cret"  # noqa: S105 -- of nobody


def _fail(token: str) -> None:
    raise RuntimeError(f"no answer from redis://:{token}@host/0")


@pytest.mark.parametrize("terminal", [True, False])
def test_faults_are_logged_without_what_they_were_about(
    monkeypatch: pytest.MonkeyPatch, *, terminal: bool
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: terminal)
    lines = Lines()
    logs.configure(lines)
    try:
        _fail(SECRET)
    except RuntimeError:
        structlog.get_logger("x").exception("odd", url=f"http://u:{SECRET}@h/?{SECRET}")
    said = "".join(lines.written)
    assert "RuntimeError" in said
    assert "_fail" in said, "where it was"
    assert "redis://host/0" in said
    assert SECRET not in said
