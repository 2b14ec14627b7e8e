"""One whole ``nginx.conf``."""

from typing import Final

from cdn.edge.nginx import answers, maps, places, tokens
from cdn.edge.nginx.installation import Installation
from cdn.edge.nginx.purging import purge_server
from cdn.edge.nginx.servers import public_servers
from cdn.edge.nginx.text import block
from cdn.edge.nginx.upstreams import upstreams
from cdn.edge.plan import Edge, EdgeFile
from cdn.edge.players import FIELDS_OF_PLAYERS

NAME: Final = "nginx.conf"
_LOGGED: Final = {
    "at": "$time_iso8601",
    "request_id": "$request_id",
    "remote": "$remote_addr",
    "method": "$request_method",
    "path": "$logged_path",
    "protocol": "$server_protocol",
    "status": "$status",
    "sent_bytes": "$body_bytes_sent",
    "duration_s": "$request_time",
    "cache": "$upstream_cache_status",
    "asked": "$upstream_addr",
    "answered": "$upstream_status",
    "at_s": "$msec",
    "cmcd": "$arg_cmcd",
    "cmcd_fields": ",".join(
        f"$http_{name.lower().replace('-', '_')}" for name in FIELDS_OF_PLAYERS
    ),
}
"""Of the query only what players tell of themselves: no origin is told that (``players``)."""


def configuration(edge: Edge, installation: Installation) -> EdgeFile:
    """Return the configuration of nginx for an edge."""
    http = [
        *_surroundings(installation),
        *_cache(edge, installation),
        *_asking(),
        *upstreams(edge),
        *maps.maps(),
        *tokens.maps(edge),
        *places.maps(edge),
        *answers.maps(),
        *public_servers(edge, installation),
        purge_server(edge, installation),
    ]
    text = [
        "# Written by `soundbridge edge nginx`, out of the policy that the origin's headers are",
        "# made of, too. Write it again rather than change it.",
        f"user {installation.user};",
        "worker_processes auto;",
        "worker_rlimit_nofile 65536;",
        f"pid {installation.pid};",
        f"error_log {installation.logs}/error.log warn;",
        block("events", "worker_connections 16384;"),
        block("http", *http),
    ]
    return EdgeFile(NAME, "\n".join(text) + "\n", is_secret=edge.purge_secret is not None)


def _surroundings(installation: Installation) -> list[str]:
    folder = installation.folder
    said = ",".join(f'"{name}":"{variable}"' for name, variable in _LOGGED.items())
    kinds = ("proxy", "fastcgi", "uwsgi", "scgi")
    return [
        "# No token is logged, and of queries CMCD alone: who has a line could play by it, or see",
        "# who searched.",
        f"log_format lines escape=json '{{{said}}}';",
        f"access_log {installation.logs}/access.log lines buffer=64k flush=1s;",
        f"client_body_temp_path {folder}/bodies;",
        *(f"{kind}_temp_path {folder}/{kind};" for kind in kinds),
        "server_tokens off;",
        "sendfile on;  # without tcp_nopush: a copy's last part would wait for 40 ms",
        "reset_timedout_connection on;",
        "client_max_body_size 0;  # the origin knows how much may come",
        "client_header_timeout 15s;",
        "variables_hash_max_size 2048;",
        "map_hash_bucket_size 128;",
    ]


def _cache(edge: Edge, installation: Installation) -> list[str]:
    # Files are written where they stay: another disk would mean to copy each.
    where = f"proxy_cache_path {installation.folder}"
    how = "levels=1:2 use_temp_path=off"
    room = f"max_size={installation.size} inactive={installation.days}d"
    lines = [
        f"{where}/copies {how} keys_zone=copies:{installation.keys_mb}m {room};",
        f"{where}/answers {how} keys_zone=answers:16m max_size=256m inactive=10m;",
    ]
    if edge.checks_tokens:
        lines.append(f"{where}/checks {how} keys_zone=checks:16m max_size=256m inactive=2m;")
    return [
        *lines,
        "proxy_cache_lock on;",
        "proxy_cache_lock_age 5s;  # then somebody else asks, too, and so on",
        # Players give up then; if all asked sooner, an origin that is slow would have them all.
        "proxy_cache_lock_timeout 10s;",
        "proxy_cache_revalidate on;",
        "proxy_cache_background_update on;  # for as long as stale-while-revalidate says",
    ]


def _asking() -> list[str]:
    return [
        "proxy_http_version 1.1;",
        "proxy_redirect off;",
        "proxy_connect_timeout 2s;",
        "proxy_read_timeout 15s;",
        "proxy_buffer_size 16k;",
        "proxy_buffers 16 16k;",
        "proxy_pass_header Date;  # nginx tells no Age: by this, who asks knows it",
        "proxy_pass_header Server;",
        # An answer of 5xx is the store's or the database's, and so is the next one's: to ask it
        # would double what those have to bear, and take origins for dead that deliver.
        "proxy_next_upstream error timeout invalid_header;",
        "proxy_next_upstream_tries 3;",
        "proxy_next_upstream_timeout 40s;  # so that a second one is asked after one that hangs",
    ]
