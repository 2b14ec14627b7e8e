"""The command line: ``soundbridge COMMAND``, one module a command.

A command's module declares its options and imports what it runs only when it runs: ``serve`` must
not load the decoder that ``package`` needs, and ``--help`` must be quick. Exit status: 0 done, 1 a
bad source or a finding, 2 wrong usage.
"""

from pathlib import Path

import click

from origin.cli.admin import admin
from origin.cli.bucket import bucket
from origin.cli.doctor import doctor
from origin.cli.edge import edge
from origin.cli.enqueue import enqueue
from origin.cli.gc import gc
from origin.cli.package import package
from origin.cli.play import play
from origin.cli.purge import purge
from origin.cli.serve import serve
from origin.cli.token import token
from origin.cli.validate import validate
from origin.cli.worker import worker
from origin.settings import ENVIRONMENT_PREFIX, defaults_by_command, read_file


class _InOrder(click.Group):
    """A group that lists its commands in the order in which a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(self.commands)


@click.group(
    cls=_InOrder,
    epilog="Every option whose help names a variable is also read from the environment "
    "(--store is SOUNDBRIDGE_STORE) and from a TOML file (store = 's3://bucket').",
    context_settings={"help_option_names": ["-h", "--help"]},
)
@click.version_option(package_name="soundbridge", message="%(prog)s %(version)s")
@click.option(
    "--config",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    envvar=f"{ENVIRONMENT_PREFIX}CONFIG",
    show_envvar=True,
    help="TOML file with settings. Without it, soundbridge.toml in this folder, if there is one.",
)
@click.pass_context
def main(context: click.Context, config: Path | None) -> None:
    """Cut audio into adaptive HLS, serve it, and check it."""
    context.default_map = defaults_by_command(read_file(config), main.commands)


_COMMANDS = (
    *(play, package, serve, validate, enqueue, worker, gc),
    *(purge, bucket, token, edge, admin, doctor),
)
for command in _COMMANDS:
    main.add_command(command)
