"""``soundbridge token new-key``."""

import json
import secrets
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from cdn.signing.keys import SigningKey
    from cdn.signing.secret import SecretKey

_ALGORITHMS: Final = ("ES256", "EdDSA", "HS256")
_NAME_BYTES: Final = 9


@click.command("new-key")
@click.argument("private_file", type=click.Path(path_type=Path))
@click.option(
    "--algorithm",
    type=click.Choice(_ALGORITHMS, case_sensitive=False),
    default=_ALGORITHMS[0],
    show_default=True,
    help="ES256 is what most edges can verify. HS256 is for those that know HMAC alone, as"
    " CloudFront's functions: its one key signs and verifies, and is secret.",
)
def new_key(private_file: Path, *, algorithm: str) -> None:
    """Write a new private key to PRIVATE_FILE, and print the public one: a JSON Web Key.

    A secret one (HS256) is not printed: PRIVATE_FILE is also what verifies.
    """
    from origin.playback_keys import write_signing_key

    key = _new(algorithm)
    try:
        write_signing_key(key, private_file)
    except OSError as error:
        raise click.ClickException(f"{private_file} was not written: {error.strerror}.") from error
    _tell(key, private_file)


def _new(algorithm: str) -> "SigningKey | SecretKey":
    from cdn.signing.keys import Algorithm, new_signing_key
    from cdn.signing.secret import SECRET_BYTES, new_secret_key

    if algorithm == Algorithm.HS256.value:
        return new_secret_key(secrets.token_bytes(SECRET_BYTES + _NAME_BYTES))
    return new_signing_key(Algorithm(algorithm))


def _tell(key: "SigningKey | SecretKey", private_file: Path) -> None:
    from cdn.signing.secret import SecretKey

    if isinstance(key, SecretKey):
        click.echo(
            f"{private_file} signs and verifies: give it to nobody but those who issue tokens and"
            " edges that check them.",
            err=True,
        )
    else:
        click.echo(json.dumps(key.public.to_jwk()))
