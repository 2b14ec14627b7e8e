"""What every CDN's edge is told on the command line."""

from collections.abc import Callable
from typing import Any, Final, TypeVar

import click

from cdn.edge.cloud import CloudEdge, CloudOrigin
from cdn.errors import UnusableEdge
from origin.cli.edge.description import into

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])

_OPTIONS: Final = (
    click.option("--host", required=True, help="The public name, as music.example.com."),
    click.option(
        "--origin",
        required=True,
        metavar="URL",
        help="Where the CDN finds the origin, as https://origin.example.com.",
    ),
    click.option(
        "--check-tokens",
        "checks_tokens",
        is_flag=True,
        help="Let nothing play without a playback token; all listeners share one copy.",
    ),
    into,
)


def cloud_options(command: _Decorated) -> _Decorated:
    """Give a command the options that ``cloud_edge_of`` reads, and ``--into``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def cloud_edge_of(host: str, origin: str, *, checks_tokens: bool) -> CloudEdge:
    """Return the edge that the options describe; raises click.UsageError."""
    try:
        return CloudEdge(
            host=host.lower(), origin=CloudOrigin.read(origin), checks_tokens=checks_tokens
        )
    except UnusableEdge as error:
        raise click.UsageError(f"{error}.") from error
