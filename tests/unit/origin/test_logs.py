import pytest
import structlog
from aiohttp.http_exceptions import BadHttpMessage
from structlog.testing import capture_logs

from origin.delivery import logs


@pytest.fixture(autouse=True)
def _untouched_configuration() -> None:
    structlog.reset_defaults()


def test_the_network_s_nonsense_is_one_line() -> None:
    with capture_logs() as events:
        logs.connection_logger().error(
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
        logs.connection_logger().error("Unhandled", exc_info=error)
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
    structlog.reset_defaults()
