"""``python -m origin.cli`` is ``soundbridge``, for a process that starts another one of itself."""

from origin.cli.program import run

run()
