"""Backends: the origins, which of them are well, and what is done where one fails.

An origin that drains says so at ``/readyz`` before it closes, and gets no new requests then. What
fails is asked of the next one, if asking twice does no harm. What may be kept is fetched whole
before a listener gets any of it: an origin that dies in the middle of a segment costs a second
request, and nobody hears it. One that hangs is waited for by all who want the same: for less time
than players have ahead.
"""

from collections.abc import Sequence
from typing import Final

from cdn.edge.plan import Address, Edge
from cdn.edge.players import FIELDS_OF_PLAYERS
from cdn.edge.roles import DEFAULT, PORTS, RULES
from cdn.edge.varnish.notes import NOT_SENT
from cdn.edge.varnish.text import quoted

_RETRIES_MAX: Final = 3
"""Varnish itself gives up after four (``max_retries``)."""

_PROBE: Final = """\
probe ready {
    .url = "/readyz";
    .interval = 1s;
    .timeout = 2s;
    .window = 3;
    .threshold = 2;
    .initial = 2;
}
"""
_LIMITS: Final = """\
    .probe = ready;
    .max_connections = 1000;
    .connect_timeout = 2s;
    .first_byte_timeout = 15s;
    .between_bytes_timeout = 15s;
"""
_FETCHED: Final = """\
sub vcl_backend_fetch {
    unset bereq.http.X-Purge-Secret;
UNSET    if (bereq.method == "GET" || bereq.method == "HEAD") {
        unset bereq.body;
    }
    if (bereq.http.X-Edge-Kept) {
PLAYERS        set bereq.http.Host = HOST;
        set bereq.http.Accept-Encoding = bereq.http.X-Edge-Coding;
        if (bereq.is_bgfetch || bereq.http.X-Edge-Stale) {
            # There is something else to give.
            set bereq.first_byte_timeout = 5s;
        }
    } else {
        # An upload may need long to be finished, and events come when they come.
        set bereq.first_byte_timeout = 300s;
        set bereq.between_bytes_timeout = 300s;
    }
}

sub vcl_backend_response {
    if ((bereq.method == "GET" || bereq.method == "HEAD")
        && (beresp.status == 500 || (beresp.status >= 502 && beresp.status <= 504))) {
        if (bereq.retries < RETRIES) {
            return (retry);
        }
        if (bereq.is_bgfetch || (bereq.http.X-Edge-Stale && !bereq.http.X-Edge-Failed)) {
            return (error(503));
        }
    }
    if (bereq.uncacheable) {
        return (deliver);
    }
}

sub vcl_backend_error {
    if ((bereq.method == "GET" || bereq.method == "HEAD") && bereq.retries < RETRIES) {
        return (retry);
    }
    if (bereq.is_bgfetch || (bereq.http.X-Edge-Stale && !bereq.http.X-Edge-Failed)) {
        if (beresp.ttl <= 0s) {
            return (abandon);
        }
        # Others wait: those who look for what is new are told for a second that there is nothing.
        set bereq.http.X-Edge-Stale = "1";
        set beresp.status = 503;
        set beresp.http.X-Edge-Failed = "1";
        set beresp.http.Vary = "X-Edge-Stale, X-Edge-Failed, X-Edge-Coding, Origin";
        set beresp.grace = 0s;
        set beresp.keep = 0s;
        return (deliver);
    }
}
"""


def backends(edge: Edge) -> str:
    """Return the origins, and what balances between them: for each role, where they are apart."""
    addresses = {"origins": edge.origins}
    if edge.parts:
        addresses = {
            role: [Address(each.host, port) for each in edge.origins]
            for role, port in PORTS.items()
        }
    return "\n".join([_PROBE, *map(_director, addresses, addresses.values())])


def asked(edge: Edge) -> str:
    """Return what chooses whom to ask; the first rule that fits counts."""
    if not edge.parts:
        return "sub vcl_recv {\n    set req.backend_hint = origins.backend();\n}\n"
    branches = (
        f"if (req.http.X-Edge-Asked ~ {quoted(rule)}) {{\n"
        f"        set req.backend_hint = {role}.backend();\n    }}"
        for rule, role in RULES
    )
    return f"""\
sub vcl_recv {{
    set req.http.X-Edge-Asked = req.method + " " + req.http.X-Edge-Path;
    set req.backend_hint = {DEFAULT}.backend();
    {" else".join(branches)}
}}
"""


def fetched(edge: Edge) -> str:
    """Return how they are asked, and what is done about failures."""
    retries = str(max(1, min(_RETRIES_MAX, len(edge.origins))))
    unset = "".join(f"    unset bereq.http.{name};\n" for name in NOT_SENT)
    of_players = "".join(f"        unset bereq.http.{name};\n" for name in FIELDS_OF_PLAYERS)
    return (
        _FETCHED.replace("UNSET", unset)
        .replace("PLAYERS", of_players)
        .replace("HOST", quoted(edge.host))
        .replace("RETRIES", retries)
    )


def _director(name: str, addresses: Sequence[Address]) -> str:
    names = [f"{name}_{number}" for number, _ in enumerate(addresses)]
    declared = "".join(map(_backend, names, addresses))
    added = "".join(f"    {name}.add_backend({each});\n" for each in names)
    return f"{declared}sub vcl_init {{\n    new {name} = directors.round_robin();\n{added}}}\n"


def _backend(name: str, address: Address) -> str:
    host = address.host.strip("[]")
    return (
        f'backend {name} {{\n    .host = "{host}";\n    .port = "{address.port}";\n{_LIMITS}}}\n\n'
    )
