"""The settings for steering players between several CDNs, or edges."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import reduce
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit

import click

from cdn.errors import UnusablePathway
from cdn.steering.answer import TTL_S, SteeringRules
from cdn.steering.pathway import check_together, parse_pathway
from origin.settings import setting

_T = TypeVar("_T", bound=Callable[..., Any])
_BEGINS: Final = re.compile(r"\s*[^=;,]*=\s*[a-z]+://", re.IGNORECASE)
_SERVER: Final = re.compile(r"[A-Za-z0-9._~:/\[\]%-]+")


def _whole(pieces: Iterable[str]) -> Iterator[str]:
    """Yield pathways as they were said: the environment is split at the commas between regions."""
    begun: list[str] = []
    for piece in pieces:
        if begun and _BEGINS.match(piece):
            yield ",".join(begun)
            begun = []
        begun.append(piece)
    if begun:
        yield ",".join(begun)


def _pathways(_context: click.Context, _option: click.Parameter, said: tuple[str, ...]) -> Any:
    try:
        return tuple(parse_pathway(text) for text in _whole(said))
    except UnusablePathway as error:
        raise click.BadParameter(f"{error}.") from error


def _server(_context: click.Context, _option: click.Parameter, said: str | None) -> str | None:
    if said is None:
        return None
    try:
        parts = urlsplit(said)
        is_usable = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_usable = False
    if not is_usable or not _SERVER.fullmatch(said):
        raise click.BadParameter(f"{said} is no URL such as https://steering.example/.")
    return said if said.endswith("/") else f"{said}/"


_SETTINGS: Final = (
    setting(
        "--pathway",
        "pathways",
        multiple=True,
        callback=_pathways,
        metavar="NAME=URL[;weight=3][;regions=DE,FR][;cost=1]",
        help="One of several CDNs or edges between which players are steered: those of"
        " their country come first, then what costs less (0 unless said); what costs the same is"
        " shared out by weight (1).",
    ),
    setting(
        "--steering-url",
        callback=_server,
        metavar="URL",
        help="Where players ask which pathway to use: an address that leads here by none of the"
        " pathways, so that it is there when one is not. Without it, they ask where their playlist"
        " came from.",
    ),
    setting(
        "--steering-ttl",
        "steering_ttl_s",
        default=TTL_S,
        type=click.IntRange(5, 3600),
        metavar="SECONDS",
        help="How long players wait until they ask again.",
    ),
)


def steering_settings(command: _T) -> _T:
    """Give a command all of them; it hands what it is given for them to ``steering_of``."""
    return reduce(lambda decorated, each: each(decorated), reversed(_SETTINGS), command)


def steering_of(said: Mapping[str, Any], *, has_tokens: bool) -> SteeringRules | None:
    """Return what the settings say, None for no steering; raises click.UsageError."""
    pathways, server_url = said["pathways"], said["steering_url"]
    if not pathways:
        if server_url is not None:
            raise click.UsageError("--steering-url needs --pathway: to where are players steered?")
        return None
    try:
        check_together(pathways, cloned=has_tokens)
    except UnusablePathway as error:
        raise click.UsageError(f"--pathway: {error}.") from error
    return SteeringRules(pathways, server_url, has_tokens, said["steering_ttl_s"])
