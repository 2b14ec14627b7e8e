"""``soundbridge`` that gives its workers seconds to start: ``python -m tests.servers.hasty ...``.

What it starts loads this module, too, and so has the same limits.
"""

from typing import Final

from origin.cli.program import run
from origin.supervision import kept, orders, supervisor

START_TIMEOUT_S: Final = 15.0
"""A busy machine takes a few of them."""

supervisor.START_TIMEOUT_S = kept.START_TIMEOUT_S = START_TIMEOUT_S  # type: ignore[misc]
orders._PREPARING_EVERY_S = 0.5  # type: ignore[misc]  # noqa: SLF001

if __name__ == "__main__":
    run()
