"""What libraries say by Python's own logging, in the log of the process.

Left to itself it goes to stderr as it is: a URL with its password in asyncio's words of a task that
failed, lines that are no JSON, and a write that waits for whoever reads. What has a logger that
leads elsewhere (``delivery.library_logs``) does not come by here.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

import structlog

_log = structlog.get_logger("soundbridge.libraries")


@contextmanager
def libraries_lead_here() -> Iterator[None]:
    """Make events of what libraries warn of while the caller's block runs."""
    root, handler = logging.getLogger(), _ToEvents()
    if any(isinstance(each, _ToEvents) for each in root.handlers):  # from before a fork
        yield
        return
    root.addHandler(handler)
    logging.captureWarnings(True)
    try:
        yield
    finally:
        logging.captureWarnings(False)
        root.removeHandler(handler)


class _ToEvents(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        level = min(record.levelno // 10 * 10, logging.CRITICAL)  # one that structlog knows
        _log.log(level, _said(record), logger=record.name, exc_info=error)


def _said(record: logging.LogRecord) -> str:
    try:
        return record.getMessage()
    except Exception:  # noqa: BLE001 whoever logs so is not to fail of it
        return str(record.msg)
