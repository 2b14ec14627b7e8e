"""``soundbridge token``: keys of playback tokens, and tokens."""

import json
import time
from pathlib import Path
from typing import Final

import click

from origin.cli.duration import Duration
from origin.settings import setting

_ALGORITHMS: Final = ("ES256", "EdDSA")


@click.group(short_help="Make keys of playback tokens, and sign tokens.")
def token() -> None:
    """Make keys of playback tokens, and sign tokens.

    The private key stays where listeners are known. `soundbridge serve --playback-keys` and edges
    need the public one alone. To replace a key, give them the new one beside the old, sign with the
    new one, and take the old one away when its last token has expired.

    \b
    soundbridge token new-key signing.pem > keys/2026.json
    soundbridge serve --store media --playback-keys keys --require-tokens
    soundbridge token sign first-light --signing-key signing.pem --for 1h
    """  # noqa: D301 click wants the character, not its name


@token.command("new-key")
@click.argument("private_file", type=click.Path(path_type=Path))
@click.option(
    "--algorithm",
    type=click.Choice(_ALGORITHMS, case_sensitive=False),
    default=_ALGORITHMS[0],
    show_default=True,
    help="ES256 is what most edges can verify.",
)
def new_key(private_file: Path, *, algorithm: str) -> None:
    """Write a new private key to PRIVATE_FILE, and print the public one: a JSON Web Key."""
    from cdn.signing.keys import Algorithm, new_signing_key
    from origin.playback_keys import write_signing_key

    key = new_signing_key(Algorithm(algorithm))
    try:
        write_signing_key(key, private_file)
    except OSError as error:
        raise click.ClickException(f"{private_file} was not written: {error.strerror}.") from error
    click.echo(json.dumps(key.public.to_jwk()))


@token.command()
@click.argument("playback_id")
@setting(
    "--signing-key",
    "key_file",
    required=True,
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The private key, as new-key wrote it.",
)
@click.option("--for", "valid_for_s", required=True, type=Duration(), help="How long it is good.")
def sign(playback_id: str, *, key_file: Path, valid_for_s: float) -> None:
    """Print a token that opens PLAYBACK_ID, at /t/{token}/{playback_id}.m3u8, for a time."""
    from cdn.errors import UnusableKey
    from cdn.signing.token import sign as sign_token
    from manifests.errors import ManifestError
    from origin.playback_keys import read_signing_key_of

    try:
        key = read_signing_key_of(key_file)
        signed = sign_token(playback_id, key, now_s=time.time(), valid_for_s=valid_for_s)
    except (UnusableKey, ManifestError) as error:
        raise click.UsageError(f"{error}.") from error
    click.echo(signed)
