"""One run of ``soundbridge validate``, from its argument to what is printed."""

import asyncio
from typing import Final

import click
from rich.console import Console

from origin.inspection.report import Report, print_report, print_rules
from origin.inspection.target import inspect_target, unreadable

_UNFOLDED_COLUMNS: Final = 240


def run(target: str, *, as_json: bool, errors_only: bool, time_limit_s: float) -> bool:
    """Check ``target``, print the report, and return whether it is valid."""
    report = asyncio.run(_inspect(target, time_limit_s))
    if as_json:
        click.echo(report.to_json(errors_only=errors_only))
    else:
        print_report(_console(), report)
    return report.is_ok(errors_only=errors_only)


def list_rules() -> None:
    """Print the catalogue of rules."""
    print_rules(_console())


def _console() -> Console:
    """Return the console; files and pipes get long lines rather than folded ones."""
    console = Console()
    return console if console.is_terminal else Console(width=_UNFOLDED_COLUMNS)


async def _inspect(target: str, time_limit_s: float) -> Report:
    try:
        async with asyncio.timeout(time_limit_s):
            return await inspect_target(target)
    except TimeoutError:
        return unreadable(target, f"checking it took longer than {time_limit_s:g} s")
