"""The notes that the configuration makes on a request, as fields of it; no client can make any.

Varnish drops a note for which it has no room, and goes on. So it is looked whether there is room
for all of them, before one counts. Where Varnish gives up (``VCL failed``), it puts back what the
client has sent, whose own notes are taken away again before anything looks at them.
"""

from typing import Final

from cdn.edge.varnish.text import quoted
from cdn.policy.coding import AT_EDGES, Coding, accepted

_NOTES: Final = {
    "X-Edge-Accepted": "the best coding that a client accepts",
    "X-Edge-Answer": "what Varnish answers by itself",
    "X-Edge-Asked": "the method and the path",
    "X-Edge-Bare": "the path without a token in front",
    "X-Edge-Challenge": "what the origin says of a token that opens nothing",
    "X-Edge-Checking": "a token is being looked at",
    "X-Edge-Coding": "which copy is given; what is coded varies by it",
    "X-Edge-Failed": "neither is there a new copy",
    "X-Edge-Kept": "it is of a route whose answers may be kept",
    "X-Edge-Opened": "a token opens it",
    "X-Edge-Path": "the path that is asked for, without a query",
    "X-Edge-Passes": "the origin is asked for it as it came, by a token or not",
    "X-Edge-Plays": "what is asked for plays, or tells about what plays",
    "X-Edge-Purged": "how many copies were dropped, or which",
    "X-Edge-Query": "the query, without what players put there",
    "X-Edge-Scope": "what a token has to be good for",
    "X-Edge-Stale": "there is a copy, too old to be given if there is a new one",
    "X-Edge-Status": "what is told of it in Cache-Status",
    "X-Edge-Target": "what is asked for once a token has been looked at",
    "X-Edge-Vary": "what it depends on that a token opens it",
}
_SENT: Final = {"Checking", "Coding", "Failed", "Kept", "Stale"}
NOT_SENT: Final = tuple(each for each in _NOTES if each.removeprefix("X-Edge-") not in _SENT)
"""Notes that nothing looks at where an origin is asked."""


def begun(host: str) -> str:
    """Return what takes away notes that a client has made, and notes which coding it accepts.

    Who names no host is taken to ask for ``host``.
    """
    unset = "".join(f"    # {what}\n    unset req.http.{name};\n" for name, what in _NOTES.items())
    room = "".join(f'    set req.http.{name} = "-";\n' for name in _NOTES)
    return f"""\
sub forget {{
{unset}}}

sub find_room {{
{room}    if (!req.http.{[*_NOTES][-1]}) {{
        return (fail);
    }}
    call forget;
}}

sub begin {{
    unset req.http.X-Request-Id;
    unset req.http.Forwarded;
    if (!req.http.Host) {{
        set req.http.Host = {quoted(host)};
    }}
    if (req.http.X-Forwarded-Proto !~ "^https?$") {{
        set req.http.X-Forwarded-Proto = "http";
        if (proxy.is_ssl()) {{
            set req.http.X-Forwarded-Proto = "https";
        }}
    }}
    std.collect(req.http.Accept-Encoding, ", ");
    call find_room;
    set req.http.X-Edge-Accepted = "{Coding.IDENTITY}";
{_codings()}}}

sub vcl_recv {{
    if (req.restarts == 0) {{
        call begin;
    }}
    set req.http.X-Edge-Path = regsub(req.url, "[?].*$", "");
}}

sub vcl_synth {{
    if (resp.reason == "VCL failed") {{
        call forget;
        set resp.status = 431;
    }}
}}
"""


def _codings() -> str:
    branches = (
        f"if (req.http.Accept-Encoding ~ {quoted(accepted(coding))}) {{\n"
        f'        set req.http.X-Edge-Accepted = "{coding}";\n    }}'
        for coding in AT_EDGES
        if coding is not Coding.IDENTITY
    )
    return f"    {' else'.join(branches)}\n"
