"""The program: its streams, the command line, and after it an end without ado.

obstore answers from threads of its own, which let go of Python's objects a moment after whoever
asked has the answer. Where the interpreter is taken apart in that moment, they abort the process
(pyo3-async-runtimes, issue 40), and what went well ends with a signal. Every command has closed
what it opened when it returns, so the interpreter is not taken apart at all. What it would have
done at the end is done here: write out what the streams still hold, and tell the status.

Who starts a program may have closed its streams (``>&-``, daemons). The next file to be opened, a
database, would take the number of such a stream, and get what libraries write to it.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import NoReturn

import click

from origin.cli import main
from origin.cycles import look_seldom


def run() -> NoReturn:
    """Run the command line and end the process with its status."""
    _open_closed_streams()
    look_seldom()
    code: str | int | None = None
    try:
        main(prog_name="soundbridge")
    except SystemExit as ended:
        code = ended.code
    status = _status_of(code)
    os._exit(status if _is_written_out() else status or 1)


def _open_closed_streams() -> None:
    """Let closed streams, and those of child processes, lead to where nobody reads."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest number that is free: this one
            os.set_inheritable(number, True)
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed when the interpreter looked
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 to the end


def _status_of(code: object) -> int:
    """Return what Python makes of what a program exits with; what is no number is said."""
    if code is None:
        return 0
    if isinstance(code, int):
        return code
    with suppress(OSError):  # that it failed is said by the status, too
        click.echo(str(code), err=True)
    return 1


def _is_written_out() -> bool:
    """Write out what the streams still hold; tell whether all of it has gone where it should."""
    is_written_out = True
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except BrokenPipeError:
            pass  # nobody reads it any more, and need not
        except OSError:
            is_written_out = False
    return is_written_out
