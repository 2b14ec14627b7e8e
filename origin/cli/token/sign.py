"""``soundbridge token sign``."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from origin.cli.duration import Duration
from origin.settings import setting

if TYPE_CHECKING:
    from cdn.signing.bounds import Bounds

_SCOPES: Final = ("play", "about")


@click.command()
@click.argument("playback_id")
@setting(
    "--signing-key",
    "key_file",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The private key, as new-key wrote it.",
)
@click.option("--for", "valid_for_s", required=True, type=Duration(), help="How long it is good.")
@click.option(
    "--scope",
    "scopes",
    multiple=True,
    type=click.Choice(_SCOPES),
    help="Let it open only this: what plays, or what tells about it. May be given twice.",
)
@click.option(
    "--country",
    "countries",
    multiple=True,
    metavar="CODE",
    help="Let it be good in this country alone (ISO 3166-1: DE), or in several.",
)
@click.option(
    "--referrer",
    "referrers",
    multiple=True,
    metavar="PAGE",
    help="Let it be good on pages of this site alone, or of several: example.com, *.example.com,"
    " https://example.com.",
)
@click.option(
    "--no-referrer",
    is_flag=True,
    help="With --referrer: and for those who do not say on which page they are.",
)
@click.option(
    "--asset",
    "asset_id",
    help="The asset behind the playback id, for edges that cannot look that up.",
)
def sign(
    playback_id: str,
    *,
    key_file: Path,
    valid_for_s: float,
    scopes: tuple[str, ...],
    countries: tuple[str, ...],
    referrers: tuple[str, ...],
    no_referrer: bool,
    asset_id: str | None,
) -> None:
    """Print a token that opens PLAYBACK_ID, at /t/{token}/{playback_id}.m3u8, for a time."""
    from cdn.errors import TokenTooLong, UnusableKey
    from cdn.signing.scope import EVERYTHING, Scope
    from cdn.signing.token import sign as sign_token
    from manifests.errors import ManifestError
    from origin.playback_keys import read_signing_key_of

    bounds = _bounds(countries, referrers, no_referrer=no_referrer)
    try:
        signed = sign_token(
            playback_id,
            read_signing_key_of(key_file),
            now_s=time.time(),
            valid_for_s=valid_for_s,
            scopes=frozenset(map(Scope, scopes)) or EVERYTHING,
            bounds=bounds,
            asset_id=asset_id,
        )
    except (UnusableKey, ManifestError, TokenTooLong) as error:
        raise click.UsageError(f"{error}.") from error
    click.echo(signed)


def _bounds(
    countries: tuple[str, ...], referrers: tuple[str, ...], *, no_referrer: bool
) -> "Bounds":
    """Return what a token is bound to; raises click.UsageError."""
    from cdn.errors import TokenRefused
    from cdn.signing.bounds import read_bounds

    if no_referrer and not referrers:
        raise click.UsageError("--no-referrer needs --referrer: all may come from no page.")
    try:
        return read_bounds(list(countries) or None, list(referrers) or None, no_referrer or None)
    except TokenRefused as error:
        said = f"{error.__cause__ or 'a country is two capital letters, as DE'}"
        raise click.UsageError(f"{said}.") from error
