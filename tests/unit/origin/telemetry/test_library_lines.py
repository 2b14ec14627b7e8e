"""What libraries say while a process's log is a stream: lines of JSON, each once, no secrets."""

import asyncio
import json
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from origin.delivery.library_logs import lead_unquoted
from origin.telemetry.log_stream import log_stream

URL = "redis://u:s3cret@h/0"


@pytest.fixture(autouse=True)
def _untouched_configuration() -> Iterator[None]:
    yield
    structlog.reset_defaults()


def events(captured: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    said = captured.readouterr().err
    assert "s3cret" not in said
    return [json.loads(line) for line in said.splitlines()]


def _fail() -> None:
    raise ConnectionError(f"no answer from {URL}")


async def test_an_error_that_asyncio_tells_of_is_a_line_without_secrets(
    capfd: pytest.CaptureFixture[str],
) -> None:
    with log_stream():
        asyncio.get_running_loop().call_soon(_fail)
        await asyncio.sleep(0.01)
    (event,) = events(capfd)
    assert (event["logger"], event["level"]) == ("asyncio", "error")
    assert event["exception"][0]["exc_value"] == "no answer from redis://h/0"


def test_what_libraries_warn_of_is_said_once(
    capfd: pytest.CaptureFixture[str],
) -> None:
    lead_unquoted("library.that.leads.elsewhere")
    with log_stream(), log_stream(), warnings.catch_warnings():
        warnings.simplefilter("always")
        warnings.warn("old", DeprecationWarning, stacklevel=1)
        logging.getLogger("sqlalchemy.pool").warning("%d connections at %s", 3, URL)
        odd = {"name": "redis", "levelno": 35, "msg": "%d connections", "args": ("many",)}
        logging.getLogger().handlers[-1].handle(logging.makeLogRecord(odd))
        logging.getLogger("redis").info("connected")
        logging.getLogger("library.that.leads.elsewhere").warning("elsewhere")
    warned, *said = [event["event"] for event in events(capfd)]
    assert "DeprecationWarning: old" in warned
    assert said == ["3 connections at redis://h/0", "%d connections", "elsewhere"]


def test_nothing_of_it_is_left() -> None:
    before, shows = list(logging.getLogger().handlers), warnings.showwarning
    with log_stream():
        assert logging.getLogger().handlers != before
    assert logging.getLogger().handlers == before
    assert warnings.showwarning is shows
