"""``soundbridge serve``: everything that a store holds, to players and CDNs."""

from pathlib import Path

import click

from origin.cli.cache import cache_setting
from origin.defence.client import ClientLimits
from origin.defence.forwarding import LOOPBACK, TrustedProxies
from origin.settings import setting
from origin.store import StoreUnusable

host_setting = setting(
    "--host", default="127.0.0.1", help="Address to listen on; 0.0.0.0 for every interface."
)
port_setting = setting(
    "--port",
    default=8080,
    type=click.IntRange(0, 65_535),
    help="Port to listen on; 0 takes a free one.",
)


_LIMITS = ClientLimits()


def _networks(_context: click.Context, _option: click.Parameter, said: str) -> tuple[str, ...]:
    """Return the networks of a list with commas between them."""
    networks = tuple(filter(None, (network.strip() for network in said.split(","))))
    try:
        TrustedProxies(networks)
    except ValueError as error:
        raise click.BadParameter(f"{error}.") from error
    return networks


@click.command(short_help="Serve every asset in a store.")
@setting("--store", required=True, metavar="URL", help="Folder or store URL to serve from.")
@host_setting
@port_setting
@setting(
    "--workers",
    default=1,
    type=click.IntRange(1, 256),
    help="Processes that share the port.",
)
@setting(
    "--playback-keys",
    type=click.Path(path_type=Path, exists=True),
    metavar="FOLDER|FILE",
    help="Public keys (PEM, JWK or JWK set) of the tokens that are good in /t/{token}/...",
)
@setting(
    "--require-tokens",
    is_flag=True,
    help="Let nothing play without a token; the list and the page stay open.",
)
@setting(
    "--trusted-proxies",
    default=",".join(LOOPBACK),
    metavar="CIDR,...",
    callback=_networks,
    help="Networks of proxies and CDNs: they have no limits, and the last address in their"
    " X-Forwarded-For that is none of theirs is the client's.",
)
@setting(
    "--connections-per-client",
    default=_LIMITS.connections,
    type=click.IntRange(0),
    help="Connections that one address (IPv6: one /64) may have open to each worker; 0: any.",
)
@setting(
    "--requests-per-client",
    default=_LIMITS.requests_per_s,
    type=click.IntRange(0),
    help="Requests a second that one address may send to each worker in the long run, five times"
    " that at once; 0: any.",
)
@cache_setting
def serve(
    *,
    store: str,
    host: str,
    port: int,
    workers: int,
    playback_keys: Path | None,
    require_tokens: bool,
    trusted_proxies: tuple[str, ...],
    connections_per_client: int,
    requests_per_client: int,
    cache: str | None,
) -> None:
    """Serve every asset in a store: /{playback_id}.m3u8, /{playback_id}.mpd, and a page at /."""
    from cdn.errors import UnusableKey
    from origin.cache.connection import CacheUnusable
    from origin.defence.guard import Defence
    from origin.serving import PlaybackTokens, ServerFailed, Service, run_server

    if require_tokens and playback_keys is None:
        raise click.UsageError(
            "--require-tokens needs --playback-keys: with which keys are they good?"
        )
    tokens = None if playback_keys is None else PlaybackTokens(playback_keys, require_tokens)
    limits = ClientLimits(connections_per_client, requests_per_client)
    try:
        run_server(
            Service(store, tokens, cache, Defence(limits, trusted_proxies)),
            host=host,
            port=port,
            workers=workers,
            on_ready=lambda url: click.echo(f"Serving {store} at {url}/"),
        )
    except (CacheUnusable, StoreUnusable, UnusableKey) as error:
        raise click.UsageError(f"{error}".rstrip(".") + ".") from error
    except ServerFailed as error:
        raise click.ClickException(str(error)) from error
