"""The settings for what clients may take, and who they are behind proxies."""

import re
from typing import Final

import click

from origin.defence.client import ClientLimits
from origin.defence.forwarding import LOOPBACK, AddressField, TrustedProxies
from origin.settings import setting

_LIMITS: Final = ClientLimits()
_FIELD_NAME: Final = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}")  # RFC 9110 §5.1


def _networks(_context: click.Context, _option: click.Parameter, said: str) -> tuple[str, ...]:
    """Return the networks of a list with commas between them."""
    networks = tuple(filter(None, (network.strip() for network in said.split(","))))
    try:
        TrustedProxies(networks)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error
    return networks


def _field_name(_context: click.Context, _option: click.Parameter, said: str | None) -> str | None:
    if said is not None and not _FIELD_NAME.fullmatch(said):
        raise click.BadParameter(f"{said!r} is no name of a header field.")
    return said


trusted_proxies_setting = setting(
    "--trusted-proxies",
    default=",".join(LOOPBACK),
    metavar="CIDR,...",
    callback=_networks,
    help="Networks of proxies and CDNs: they have no limits, and the last address in their"
    " --client-address-field that is none of theirs is the client's.",
)
client_address_field_setting = setting(
    "--client-address-field",
    default=AddressField.X_FORWARDED_FOR.value,
    type=click.Choice([field.value for field in AddressField], case_sensitive=False),
    help="The field in which those proxies name their clients (Forwarded is RFC 7239's); the other"
    " one counts for nothing.",
)
client_country_field_setting = setting(
    "--client-country-field",
    "country_field",
    callback=_field_name,
    metavar="NAME",
    help="The field in which those proxies name the country of their clients, whatever those sent"
    " in it (CloudFront-Viewer-Country, CF-IPCountry, ...): for playback tokens that are bound to"
    " countries, and for --pathway's regions.",
)
connections_setting = setting(
    "--connections-per-client",
    default=_LIMITS.connections,
    type=click.IntRange(0),
    help="Connections that one address (IPv6: one /64) may have open to each worker; 0: any.",
)
requests_setting = setting(
    "--requests-per-client",
    default=_LIMITS.requests_per_s,
    type=click.IntRange(0),
    help="Requests a second that one address may send to each worker in the long run, five times"
    " that at once; 0: any.",
)
