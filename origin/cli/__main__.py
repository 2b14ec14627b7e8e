"""``python -m origin.cli`` is ``soundbridge``, for a process that starts another one of itself."""

from origin.cli import main

main(prog_name="soundbridge")
