"""``soundbridge edge policy``."""

import click


@click.command(short_help="Print what caches are told of each class of object.")
def policy() -> None:
    """Print what caches are told of each class of object, as a table in Markdown."""
    from cdn.policy.table import markdown

    click.echo(markdown(), nl=False)
