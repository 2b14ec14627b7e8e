"""``soundbridge serve``: everything that a store holds, to players and CDNs."""

import click

from origin.cli.cache import cache_setting
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
@cache_setting
def serve(store: str, host: str, port: int, workers: int, cache: str | None) -> None:
    """Serve every asset in a store: /{playback_id}.m3u8, /{playback_id}.mpd, and a page at /."""
    from origin.cache.connection import CacheUnusable
    from origin.serving import ServerFailed, run_server

    try:
        run_server(
            store,
            host=host,
            port=port,
            workers=workers,
            cache=cache,
            on_ready=lambda url: click.echo(f"Serving {store} at {url}/"),
        )
    except (StoreUnusable, CacheUnusable) as error:
        raise click.UsageError(str(error)) from error
    except ServerFailed as error:
        raise click.ClickException(str(error)) from error
