"""Ids of assets, playbacks and jobs: checked where they are given, new where they are not."""

import secrets
from typing import Final

import click

from manifests import layout
from manifests.errors import ManifestError

_ID_BYTES: Final = 12


def new_id() -> str:
    """Return an id that nobody has."""
    return layout.new_id(secrets.token_bytes(_ID_BYTES))


def check_id(_context: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    """Return the id that was asked for, or a new one; an option's callback."""
    if value is None:
        return new_id()
    try:
        return layout.check_id(value)
    except ManifestError as error:
        raise click.BadParameter(f"{error}.") from error
