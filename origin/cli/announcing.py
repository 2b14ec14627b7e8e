"""What a server says when it is up: for whoever started it, and nothing that it depends on."""

import os
import sys

import click
import structlog


def announce(*lines: str) -> None:
    """Say where to find the server, on stdout; where that cannot be written, say so in the log."""
    try:
        for line in lines:
            click.echo(line)
    except OSError as error:
        structlog.get_logger("soundbridge.server").warning(
            "stdout cannot be written", unsaid=lines, cause=str(error)
        )
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 a device
            os.dup2(nowhere.fileno(), sys.stdout.fileno())  # for what it still holds
