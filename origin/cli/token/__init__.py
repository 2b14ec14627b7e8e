"""``soundbridge token``: keys of playback tokens, and tokens; CloudFront's URLs and cookies."""

import click

from origin.cli.token.cloudfront import cloudfront
from origin.cli.token.new_key import new_key
from origin.cli.token.sign import sign


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


for command in (new_key, sign, cloudfront):
    token.add_command(command)
