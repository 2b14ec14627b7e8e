"""The program: the command line, and after it an end without ado.

obstore answers from threads of its own, which let go of Python's objects a moment after whoever
asked has the answer. Where the interpreter is taken apart in that moment, they abort the process
(pyo3-async-runtimes, issue 40), and what went well ends with a signal. Every command has closed
what it opened when it returns, so the interpreter is not taken apart at all.
"""

import os
import sys
from contextlib import suppress
from typing import NoReturn

from origin.cli import main


def run() -> NoReturn:
    """Run the command line and end the process with its status."""
    status: str | int | None = None
    try:
        main(prog_name="soundbridge")
    except SystemExit as ended:
        status = ended.code
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError):  # nobody reads it any more
            stream.flush()
    os._exit(status if isinstance(status, int) else 0)
