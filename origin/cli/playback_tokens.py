"""The settings of a server for playback tokens: which are good, who needs one, where from."""

from collections.abc import Callable, Mapping
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from origin.settings import setting

if TYPE_CHECKING:
    from origin.service import PlaybackTokens

_T = TypeVar("_T", bound=Callable[..., Any])


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
        help="Let nothing play without a token; the list, covers and the page stay open.",
    ),
    setting(
        "--cdn-checks-tokens",
        is_flag=True,
        help="Your CDN checks the token of each request and leaves it out of its cache keys: let it"
        " keep what is under tokens. Without this, CDNs are told not to.",
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
        return PlaybackTokens(keys, said["require_tokens"], said["cdn_checks_tokens"], signing_key)
    for name in ("require_tokens", "cdn_checks_tokens"):
        if said[name]:
            option = f"--{name.replace('_', '-')}"
            raise click.UsageError(
                f"{option} needs --playback-keys: with which keys are they good?"
            )
    return None
