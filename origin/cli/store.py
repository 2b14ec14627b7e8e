"""The setting for where packaged assets are: several stores for who serves, one for who writes."""

from pathlib import Path
from typing import Final

import click

from origin.concealing import bare_url
from origin.settings import setting
from origin.stores.opening import StoreUnusable, local_path

_MEDIA: Final = "media"

stores_setting = setting(
    "--store",
    "stores",
    multiple=True,
    metavar="URL",
    callback=lambda _context, _option, stores: _each_once(stores),
    help="Folder or store URL to serve from; a folder in --state without it. May be given several"
    " times (with commas between in the environment, as a list in the file); what two stores have"
    " is taken from the first.",
)
store_setting = setting(
    "--store",
    required=True,
    multiple=True,
    metavar="URL",
    callback=lambda _context, _option, stores: _the_only(stores),
    help="Folder or store URL to package into.",
)


def store_in(state: Path) -> Path:
    """Return the folder that is the store where no other one is given."""
    return state / _MEDIA


def _each_once(stores: tuple[str, ...]) -> tuple[str, ...]:
    try:
        places = [str(local_path(store) or store.rstrip("/")) for store in stores]
    except StoreUnusable as error:
        raise click.BadParameter(str(error)) from error
    twice = [store for place, store in zip(places, stores, strict=True) if places.count(place) > 1]
    if twice:
        raise click.BadParameter(f"{bare_url(twice[-1])} is given twice.")
    return stores


def _the_only(stores: tuple[str, ...]) -> str:
    if len(stores) > 1:
        raise click.BadParameter(
            f"{len(stores)} stores are given, and this writes to one: say which. "
            "Only `soundbridge serve` takes several."
        )
    return stores[0]
