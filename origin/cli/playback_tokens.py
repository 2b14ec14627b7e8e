"""The settings of a server for playback tokens: which are good, who needs one, where from."""

import re
from collections.abc import Callable, Mapping
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from origin.settings import setting

if TYPE_CHECKING:
    from origin.service import PlaybackTokens

_FIELD_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}")  # RFC 9110 §5.1
_T = TypeVar("_T", bound=Callable[..., Any])


def _field_name(_context: click.Context, _option: click.Parameter, said: str | None) -> str | None:
    if said is not None and not _FIELD_NAME.fullmatch(said):
        raise click.BadParameter(f"{said!r} is no name of a header field.")
    return said


_SETTINGS: Final = (
    setting(
        "--playback-keys",
        type=click.Path(path_type=Path, exists=True),
        metavar="FOLDER|FILE",
        help="Public keys (PEM, JWK or JWK set) of the tokens that are good in /t/{token}/..., and"
        " secret ones (HS256).",
    ),
    setting(
        "--signing-key",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="FILE",
        help="The private key by which POST /v1/playback-tokens issues tokens; they are good.",
    ),
    setting(
        "--require-tokens",
        is_flag=True,
        help="Let nothing play without a token; the list and the page stay open.",
    ),
    setting(
        "--cdn-checks-tokens",
        is_flag=True,
        help="Your CDN checks the token of each request and leaves it out of its cache keys: let it"
        " keep what is under tokens. Without this, CDNs are told not to.",
    ),
    setting(
        "--client-country-field",
        "country_field",
        callback=_field_name,
        metavar="NAME",
        help="The field in which --trusted-proxies name the country of their clients, whatever"
        " those sent in it (CloudFront-Viewer-Country, CF-IPCountry, ...), for tokens that are"
        " bound to some.",
    ),
)


def token_settings(command: _T) -> _T:
    """Give a command all of them; it hands what it is given for them to ``tokens_of``."""
    return reduce(lambda decorated, each: each(decorated), reversed(_SETTINGS), command)


def tokens_of(said: Mapping[str, Any]) -> "PlaybackTokens | None":
    """Return what the settings say, None where there are no tokens; raises click.UsageError."""
    from origin.service import PlaybackTokens

    keys, signing_key = said["playback_keys"], said["signing_key"]
    if keys is not None or signing_key is not None:
        return PlaybackTokens(
            keys,
            said["require_tokens"],
            said["cdn_checks_tokens"],
            signing_key,
            said["country_field"],
        )
    for name in ("require_tokens", "cdn_checks_tokens", "country_field"):
        if said[name]:
            option = "--client-country-field" if name == "country_field" else f"--{name}"
            raise click.UsageError(
                f"{option.replace('_', '-')} needs --playback-keys: with which keys are they good?"
            )
    return None
