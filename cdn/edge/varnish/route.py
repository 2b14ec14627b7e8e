"""Routes: what of a request makes its key, as ``cdn.policy.cache_key`` has it.

A key is what the origin is asked, too: nothing that is not in it can change an answer that others
get. Each copy of what is coded varies by a note that tells its coding, not by what clients accept,
so that a purge of the address drops all of them, whatever Varnish makes of ``Accept-Encoding``.

Paths are taken as they were sent, and what is written oddly is passed on.
"""

from typing import Final

from cdn.edge.varnish.text import quoted
from cdn.policy.cache_key import ODDLY_WRITTEN, OF_PLAYERS
from cdn.policy.coding import Coding
from cdn.policy.route import ROUTES, UNDER_TOKEN, Query, Route

OF_A_PLAYER: Final = rf"(?:^|(?<=&)){OF_PLAYERS}(?:=[^&]*)?(?=&|$)"
_PARTS: Final = f"""\
sub cut_query {{
    set req.url = req.http.X-Edge-Path;
}}

sub cut_what_players_say {{
    set req.http.X-Edge-Query = regsub(req.url, "^[^?]*[?]?", "");
    set req.http.X-Edge-Query = regsuball(req.http.X-Edge-Query, {quoted(OF_A_PLAYER)}, "");
    set req.http.X-Edge-Query = regsuball(req.http.X-Edge-Query, "&&+", "&");
    set req.http.X-Edge-Query = regsuball(req.http.X-Edge-Query, "^&|&$", "");
    set req.url = req.http.X-Edge-Path;
    if (req.http.X-Edge-Query ~ ".") {{
        set req.url = req.url + "?" + req.http.X-Edge-Query;
    }}
}}

sub leave_out_credentials {{
    unset req.http.Authorization;
    unset req.http.Cookie;
}}

sub leave_out_who_asks {{
    unset req.http.Origin;
    unset req.http.Referer;
}}

sub pass_on {{
    if (req.method == "PURGE") {{
        return (synth(200, "Purged"));
    }}
    return (pass);
}}

sub pass_credentials {{
    if (req.method != "PURGE" && (req.http.Authorization || req.http.Cookie)) {{
        return (pass);
    }}
}}

"""
_PREFLIGHTS: Final = """\
sub vcl_recv {
    if (req.url !~ "^/" && (req.url != "*" || req.method != "OPTIONS")) {
        return (synth(400, "Bad Request"));
    }
    if (req.method == "CONNECT") {
        return (synth(405, "Method Not Allowed"));
    }
    if (req.method == "OPTIONS" && req.http.Access-Control-Request-Method
        && req.http.X-Edge-Plays) {
        set req.http.X-Edge-Answer = "preflight";
        return (synth(204, "No Content"));
    }
}
"""
_METHODS: Final = """\
    if (req.method != "GET" && req.method != "HEAD" && req.method != "PURGE") {
        return (pass);
    }
    if (req.http.Accept ~ "text/event-stream" && !req.http.X-Edge-Plays) {
        # What others could have, too, is not sent on before there is more of it; and any answer
        # is ended after ten minutes.
        set sess.send_timeout = 1d;
        call pass_on;
    }
"""
_KEY: Final = """\
    set req.http.X-Edge-Kept = "1";
    unset req.http.X-HTTP-Method-Override;
    # Varnish has what is compressed by gzip vary by it, too.
    set req.http.Accept-Encoding = req.http.X-Edge-Coding;
    if (!req.http.X-Edge-Kept || !req.http.X-Edge-Coding) {
        return (fail);  # the workspace is full
    }
    if (req.method == "PURGE") {
        return (purge);
    }
    if (req.method != "GET"
        || req.http.Range !~ "(?i)^bytes=([0-9]{1,15}-([0-9]{1,15})?|-0*[1-9][0-9]{0,14})$") {
        # To several parts, and to units that there are none of, Varnish says 416.
        unset req.http.Range;
    }
    return (hash);
}

sub vcl_hash {
    hash_data(req.url);
    return (lookup);
}
"""
_PASSED: Final = "        call pass_on;\n"


def playing() -> str:
    """Return what tells what plays, and answers preflights of it."""
    branches = (
        f"if (req.http.X-Edge-Bare ~ {quoted(route.pattern)}) {{\n"
        + (f'        set req.http.{_noted(route)} = "1";\n    }}' if route.under_token else "    }")
        for route in ROUTES
    )
    return f"""\
sub vcl_recv {{
    set req.http.X-Edge-Bare = regsub(req.http.X-Edge-Path, {quoted(UNDER_TOKEN)}, "");
    {" else".join(branches)}
}}

{_PREFLIGHTS}"""


def _noted(route: Route) -> str:
    return "X-Edge-Plays" if route.needs_token else "X-Edge-Passes"


def routes() -> str:
    """Return what brings each request to its key, or passes it on."""
    odd = f"if (req.http.X-Edge-Path ~ {quoted(ODDLY_WRITTEN)}) {{\n{_PASSED}    }}"
    under_token = (  # the origin looks at tokens that the edge does not
        "if (req.http.X-Edge-Passes"
        " || (req.http.X-Edge-Plays && req.http.X-Edge-Bare != req.http.X-Edge-Path)) {\n"
        f"{_PASSED}    }}"
    )
    branches = " else".join([odd, under_token, *map(_branch, ROUTES)])
    coding = f'    set req.http.X-Edge-Coding = "{Coding.IDENTITY}";\n'
    return f"{_PARTS}sub vcl_recv {{\n{_METHODS}{coding}    {branches}\n{_KEY}"


def _branch(route: Route) -> str:
    taken = _PASSED if not route.is_kept else _taken(route)
    return (
        f"if (req.http.X-Edge-Path ~ {quoted(route.pattern)}) {{\n"
        f"        # {route.name}\n{taken}    }}"
    )


def _taken(route: Route) -> str:
    steps = [
        "pass_credentials" if route.passes_credentials else "leave_out_credentials",
        "cut_query" if route.query is Query.NOTHING else "cut_what_players_say",
    ]
    if not route.varies_by_origin:
        steps.append("leave_out_who_asks")
    taken = "".join(f"        call {step};\n" for step in steps)
    if route.is_coded:
        taken += "        set req.http.X-Edge-Coding = req.http.X-Edge-Accepted;\n"
    return taken
