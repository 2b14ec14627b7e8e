"""``soundbridge serve``: everything that stores hold, to players and CDNs."""

from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, Final, cast

import click
from click.core import ParameterSource

from origin.cli.access import access_of, access_settings
from origin.cli.announcing import announce
from origin.cli.cache import cache_setting
from origin.cli.clients import (
    client_address_field_setting,
    client_country_field_setting,
    connections_setting,
    requests_setting,
    trusted_proxies_setting,
)
from origin.cli.cmcd import cmcd_setting
from origin.cli.database import (
    DEFAULT_STATE,
    database_setting,
    optional_state_setting,
    outward_setting,
    replica_urls_of,
    replicas_setting,
)
from origin.cli.playback_tokens import token_settings, tokens_of
from origin.cli.purging import purge_setting, require_credentials, require_promises
from origin.cli.steering import steering_of, steering_settings
from origin.cli.store import store_in, stores_setting
from origin.cli.uploads import (
    rules_of,
    upload_expiry_setting,
    upload_quota_setting,
    upload_size_setting,
    uploads_setting,
)
from origin.companion.roles import Role, delivers, port_of, rooms_of
from origin.companion.rooms import Room
from origin.companion.rows import Rows
from origin.concealing import bare_url
from origin.defence.client import ClientLimits
from origin.defence.forwarding import AddressField
from origin.memory_shares import LEAST, USUAL, shares_of
from origin.settings import setting
from origin.stores.opening import StoreUnusable

_WORKERS_MAX: Final = 256
_MB: Final = 1_000_000

host_setting = setting(
    "--host", default="127.0.0.1", help="Address to listen on; 0.0.0.0 for every interface."
)
port_setting = setting(
    "--port",
    default=8080,
    type=click.IntRange(0, 65_535),
    help="Port to listen on; 0 takes a free one.",
)
_roles_setting = setting(
    "--role",
    "role_names",
    multiple=True,
    type=click.Choice([role.value for role in Role]),
    help="Be only this, by default at its own port: auth 3001, upload 3002, streaming 3003 (which"
    " has no database), search 3004, analytics 3005. May be given several times; without it,"
    " everything.",
)


class _Workers(click.IntRange):
    """A number of processes; ``auto``, like 0, is one for each processor that may be used."""

    name = "number"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> int:
        from packager.processors import usable_processors

        number = 0 if value == "auto" else int(super().convert(cast("int", value), param, ctx))
        return number or min(usable_processors(), _WORKERS_MAX)


@click.command(short_help="Serve what is packaged, and the API beside it.")
@stores_setting
@optional_state_setting
@database_setting
@replicas_setting
@host_setting
@port_setting
@_roles_setting
@setting(
    "--workers",
    default=1,
    type=_Workers(0, _WORKERS_MAX),
    metavar="NUMBER|auto",
    help="Processes that share the port; 0 or auto: one for each processor.",
)
@token_settings
@trusted_proxies_setting
@client_address_field_setting
@client_country_field_setting
@connections_setting
@requests_setting
@upload_size_setting
@upload_quota_setting
@uploads_setting
@upload_expiry_setting
@setting(
    "--memory",
    "memory_mb",
    default=USUAL.all_together // _MB,
    type=click.IntRange(LEAST.all_together // _MB),
    metavar="MB",
    help="Megabytes of what each worker remembers, beside the 60 or so that it is made of: 100 of"
    " 250 are objects of the store, and nine tenths of what is more; the rest is what it takes to"
    " answer with them.",
)
@cache_setting
@purge_setting
@setting(
    "--cdn-is-purged",
    is_flag=True,
    help="You purge the CDN whenever an entry changes, and once more 15 s later: let it keep"
    " entries for a day instead of a minute.",
)
@cmcd_setting
@setting(
    "--drain-delay",
    "drain_delay_s",
    default=0.0,
    type=click.FloatRange(0, 3600),
    metavar="SECONDS",
    help="On SIGTERM, say at /readyz for this long that others are to be asked, and go on serving:"
    " as long as load balancers take to see it.",
)
@setting(
    "--drain-timeout",
    "drain_timeout_s",
    default=10.0,
    type=click.FloatRange(0, 86_400),
    metavar="SECONDS",
    help="Then let requests that have begun, and their answers, finish for this long.",
)
@setting(
    "--packager/--no-packager",
    "packages",
    default=True,
    help="Package what is uploaded, in a process beside those that serve; without it, leave that to"
    " `soundbridge worker`. Only with the API.",
)
@setting(
    "--packager-jobs",
    default=1,
    type=click.IntRange(1, 256),
    help="Uploads that are packaged at a time.",
)
@outward_setting
@setting(
    "--metrics-port",
    type=click.IntRange(0, 65_535),
    help="Serve /metrics to Prometheus at this port; 0 takes a free one. Without it, not at all.",
)
@setting(
    "--metrics-host",
    default="127.0.0.1",
    help="Address to serve metrics at: whoever reaches it can read them.",
)
@steering_settings
@access_settings
def serve(
    *,
    stores: tuple[str, ...],
    state: Path | None,
    database: str | None,
    replica_urls: tuple[str, ...],
    host: str,
    port: int,
    role_names: tuple[str, ...],
    workers: int,
    trusted_proxies: tuple[str, ...],
    client_address_field: str,
    country_field: str | None,
    connections_per_client: int,
    requests_per_client: int,
    upload_size_mb: int,
    upload_quota_mb: int,
    uploads_per_creator: int,
    upload_expiry_h: float,
    memory_mb: int,
    cache: str | None,
    purge: tuple[str, ...],
    cdn_is_purged: bool,
    cmcd_one_in: int,
    drain_delay_s: float,
    drain_timeout_s: float,
    packages: bool,
    packager_jobs: int,
    outward: tuple[str, ...],
    metrics_port: int | None,
    metrics_host: str,
    **more: Any,
) -> None:
    """Serve every asset in one or more stores, and the API that uploads and finds them.

    Alone, with everything it needs in a folder; with --store and nothing else, stores without API.

    /{playback_id}.m3u8 and /{playback_id}.mpd play, and there is a page at /. Who may write to a
    store can take names that those listed after it use: list first whom you trust most.

    A worker that dies is started again. SIGHUP replaces all of them without a request being lost,
    for a new version or new keys; SIGTERM lets requests finish, a second one does not.
    """
    from cdn.errors import UnusableKey
    from origin.cache.errors import CacheUnusable
    from origin.defence.rules import Defence
    from origin.drain_times import DrainTimes
    from origin.service import ServerFailed, Service
    from origin.serving import MetricsAddress, run_server

    tokens = tokens_of(more)
    roles = frozenset(map(Role, role_names))
    if roles and _is_default("port"):
        port = port_of(roles, port)
    rows = _rows(roles, stores, state, database, replica_urls)
    require_promises(purge, has_rows=rows is not None or bool(roles))
    if rows is not None and packages and Room.UPLOADS in rooms_of(roles):
        require_credentials(purge)
    own_store = None if stores else store_in(state or DEFAULT_STATE)
    if own_store is not None:
        stores = (str(own_store),)
    field = AddressField(client_address_field)
    limits = ClientLimits(connections_per_client, requests_per_client)
    uploads = rules_of(upload_size_mb, upload_quota_mb, uploads_per_creator, upload_expiry_h)
    access_rules = access_of(
        more, trusted_proxies=trusted_proxies, address_field=field, cache=cache
    )
    steering = steering_of(more, has_tokens=tokens is not None)
    drain = DrainTimes(drain_delay_s, drain_timeout_s)
    if own_store is not None:  # not before: what makes no sense leaves nothing behind
        _make(own_store)
    try:
        run_server(
            Service(
                stores,
                tokens,
                cache,
                shares_of(memory_mb * _MB),
                Defence(limits, trusted_proxies, address_field=field, country_field=country_field),
                drain,
                cdn_is_purged=cdn_is_purged,
                purge=purge,
                rows=rows,
                access=access_rules,
                uploads=uploads,
                packager_jobs=packager_jobs if packages else 0,
                outward=outward,
                roles=roles,
                cmcd_one_in=cmcd_one_in,
                steering=steering,
            ),
            host=host,
            port=port,
            workers=workers,
            metrics=None if metrics_port is None else MetricsAddress(metrics_host, metrics_port),
            on_ready=lambda url: announce(f"Serving {_what(roles, stores)} at {url}/"),
        )
    except (CacheUnusable, StoreUnusable, UnusableKey) as error:
        raise click.UsageError(f"{error}".rstrip(".") + ".") from error
    except ServerFailed as error:
        raise click.ClickException(str(error)) from error


def _is_default(option: str) -> bool:
    """Tell whether nobody has said what an option of the command that runs is."""
    source = click.get_current_context().get_parameter_source(option)
    return source is ParameterSource.DEFAULT


def _what(roles: Collection[Role], stores: Sequence[str]) -> str:
    named = ", ".join(map(bare_url, stores))
    return named if delivers(roles) else f"{', '.join(sorted(roles))} of {named}"


def _rows(
    roles: Collection[Role],
    stores: Sequence[str],
    state: Path | None,
    database: str | None,
    replicas: Sequence[str],
) -> Rows | None:
    """Return where the API's rows are, None where there is to be none."""
    copies = replica_urls_of(replicas, database)
    if not roles and stores and state is None and database is None:
        return None
    if not rooms_of(roles):
        return None
    return Rows(state or DEFAULT_STATE, database, copies)


def _make(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.ClickException(f"The folder {folder} cannot be made: {error}.") from error
