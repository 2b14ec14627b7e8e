"""Options that documents name are those of commands; README tells which the command line alone has.

What ``admin``, ``edge`` and ``token`` take is told by the names that settings have there.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from origin.cli import main

ROOT = Path(__file__).parents[3]
README = ROOT / "README.md"
OF_PYTEST = {"--dist", "--no-loadscope-reorder"}
OF_OTHERS = {
    *("--data", "--distribution-id", "--if-match", "--key", "--kvs-arn", "--output", "--region"),
    *("--parameter-overrides", "--paths", "--query", "--stack-name", "--template-file", "--value"),
    "--filter",
}
GROUPS = ("admin ", "edge ", "token ")


def options(command: click.Command, path: tuple[str, ...]) -> Iterator[tuple[str, click.Option]]:
    """Yield each option with the words before it, of all commands below."""
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            yield " ".join(path), parameter
    if isinstance(command, click.Group):
        for name, below in command.commands.items():
            yield from options(below, (*path, name))


@pytest.mark.parametrize(
    ("document", "of_others"),
    [("README.md", OF_PYTEST), ("origin/README.md", set()), ("cdn/README.md", OF_OTHERS)],
)
def test_every_option_that_a_document_names_is_one(document: str, of_others: set[str]) -> None:
    text = (ROOT / document).read_text(encoding="utf-8")
    named = set(re.findall(r"(?<![\w-])--[a-z][a-z0-9-]+", text))
    taken = {
        name for _, option in options(main, ()) for name in option.opts + option.secondary_opts
    }
    assert len(named) > 15
    assert named - taken - {"--help"} == of_others


def test_readme_tells_which_options_the_command_line_alone_has() -> None:
    text = " ".join(README.read_text(encoding="utf-8").split())
    (told,) = re.findall(r"The command line alone has what is said of one call: (.*?)\. ", text)
    alone = {
        f"{path} {option.opts[0]}"
        for path, option in options(main, ())
        if option.envvar is None and "--version" not in option.opts
    }
    of_groups = {each for each in alone if each.startswith(GROUPS)}
    assert of_groups
    assert set(re.findall(r"`([a-z-]+ [^`]+)`", told)) == alone - of_groups
    shared = {
        option.opts[0]
        for path, option in options(main, ())
        if f"{path} ".startswith(GROUPS) and option.envvar is not None
    }
    assert set(re.findall(r"`(--[a-z-]+)`", told)) == shared
