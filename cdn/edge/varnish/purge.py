"""Purges: by address (all copies of it), or by tag.

``PURGE {path}`` drops what is kept of one address, ``PURGE /`` with ``Xkey-Purge: {tags}`` what has
any of some tags, and with ``Xkey-Softpurge: {tags}`` makes that old (``grace``). Only who is named
may, by a connection of their own: what a proxy hands on would come from an address that may.

With ``xkey`` (of varnish-modules) objects are found by their tags. A Varnish without it has bans:
objects are held against them when they are found, and by Varnish's own lurker meanwhile, which is
why they name fields of the object alone. Bans know no softness: such a purge is a hard one.
"""

import ipaddress
from enum import StrEnum
from typing import Final

from cdn.edge.plan import Edge

_TAGS: Final = "^[A-Za-z0-9_-]+( [A-Za-z0-9_-]+)*$"
_BY_TAG: Final = f"""\
    if (req.http.Xkey-Purge || req.http.Xkey-Softpurge) {{
        if (req.http.Xkey-Purge + req.http.Xkey-Softpurge !~ "{_TAGS}") {{
            return (synth(400, "Bad Request"));
        }}
        call purge_tags;
        return (synth(200, "Purged"));
    }}
}}
"""


class Tags(StrEnum):
    """How objects are found by their tags."""

    XKEY = "xkey"
    BANS = "bans"


_PURGE_TAGS: Final = {
    Tags.XKEY: """\
sub purge_tags {
    if (req.http.Xkey-Purge) {
        set req.http.X-Edge-Purged = xkey.purge(req.http.Xkey-Purge);
    } else {
        set req.http.X-Edge-Purged = xkey.softpurge(req.http.Xkey-Softpurge);
    }
}

sub vcl_backend_response {
    unset beresp.http.xkey;
    std.collect(beresp.http.Surrogate-Key, " ");
    if (beresp.http.Surrogate-Key) {
        set beresp.http.xkey = beresp.http.Surrogate-Key;
    }
}

""",
    Tags.BANS: """\
sub vcl_backend_response {
    std.collect(beresp.http.Surrogate-Key, " ");
}

sub purge_tags {
    set req.http.X-Edge-Purged = regsuball(req.http.Xkey-Purge + req.http.Xkey-Softpurge, " ", "|");
    if (!std.ban("obj.http.Surrogate-Key ~ (^|\\s)(" + req.http.X-Edge-Purged + ")(\\s|$)")) {
        return (synth(500, "Internal Server Error"));
    }
}

""",
}


def purges(edge: Edge, tags: Tags) -> str:
    """Return who may purge, and how it is done."""
    secret = ""
    if edge.purge_secret is not None:
        secret = f' || req.http.X-Purge-Secret != "{edge.purge_secret}"'
    networks = "".join(f"    {_network(each)};\n" for each in edge.purges_from)
    return f"""\
acl purgers {{
{networks}}}

{_PURGE_TAGS[tags]}sub vcl_recv {{
    if (req.method == "PURGE") {{
        call may_purge;
    }}
}}

sub may_purge {{
    if (client.ip !~ purgers || req.http.X-Forwarded-For != "" + client.ip{secret}
        || req.proto !~ "^HTTP/1") {{  # a proxy may have let a client go on to it (h2c)
        return (synth(403, "Forbidden"));
    }}
    unset req.http.X-Purge-Secret;
{_BY_TAG}
sub vcl_purge {{
    return (synth(200, "Purged"));
}}
"""


def _network(text: str) -> str:
    network = ipaddress.ip_network(text)
    if network.prefixlen == network.max_prefixlen:
        return f'"{network.network_address}"'
    return f'"{network.network_address}"/{network.prefixlen}'
