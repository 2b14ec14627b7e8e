"""Playback tokens at the edge: the origin is asked whether one opens what is asked for.

``/t/{token}{path}`` becomes a question, ``/opens/{token}/{scope}/...``, whose answer is kept for as
long as the origin says, and is the same for all segments of an asset. Where it is a 204, the
request begins anew as one for the bare path, of which all listeners share one copy; every other
status is the client's. So no token is in a key but in those of such questions, and a refusal is
never one of a path. If no origin answers, what plays is closed: a known answer holds for its own
time, which is a minute at most.

Browsers are told what a token's holder is told without an edge (``Audience.TOKEN_HOLDERS``), and so
is a CDN in front, which would give copies away to anybody. Bare paths of what plays are refused,
and so are odd spellings, which an origin might read as such a path. The origin is one that only
the edge can reach, since it gives what plays to whoever asks.
"""

from typing import Final

from cdn.edge.varnish.beresp import said
from cdn.edge.varnish.text import quoted
from cdn.policy.cache_key import MISLEADING
from cdn.policy.lifetime import TOKEN_CHECK_S
from cdn.policy.route import CHECK, OPEN
from cdn.signing.scope import ABOUT_PATTERN, Scope
from cdn.signing.token import TOKEN_CHARACTERS_MAX, TOKEN_PATTERN
from manifests.layout import GROWING_PREFIX, ID_PATTERN, MEDIA_PREFIX

_BEFORE: Final = rf"^/t/(?=[^/]{{1,{TOKEN_CHARACTERS_MAX}}}/)({TOKEN_PATTERN})"
_MEDIA: Final = rf"{_BEFORE}/({MEDIA_PREFIX}|{GROWING_PREFIX})/({ID_PATTERN})/.*$"
_ENTRY: Final = rf"{_BEFORE}/({ID_PATTERN})\.[^/]+$"
_NOT_BY_CDNS: Final = "private, no-store"

ANSWERED: Final = f"""\
sub vcl_backend_response {{
    if (bereq.http.X-Edge-Checking) {{
        set beresp.do_stream = false;
        set beresp.grace = 0s;
        set beresp.keep = 0s;
        set beresp.ttl = {said("max-age", "beresp.http.Cache-Control")};
        if (beresp.ttl > {TOKEN_CHECK_S}s) {{
            set beresp.ttl = {TOKEN_CHECK_S}s;
        }}
        if (beresp.ttl <= 0s
            || (beresp.status != 204 && beresp.status != 401 && beresp.status != 403)) {{
            set beresp.uncacheable = true;
            set beresp.ttl = 1s;
            # What was said to other pages goes on.
            set beresp.http.Vary = "Origin, Referer";
        }}
        return (deliver);
    }}
}}
"""
CHECKED: Final = f"""\
sub vcl_recv {{
    if (!req.http.X-Edge-Opened && req.method != "PURGE" && req.method != "OPTIONS") {{
        if (req.http.X-Edge-Plays && req.http.X-Edge-Path !~ {quoted(OPEN)}) {{
            call ask_about_token;
        }}
        if (req.http.X-Edge-Path ~ {quoted(CHECK.pattern)}
            || req.http.X-Edge-Path ~ {quoted(MISLEADING)}) {{
            return (synth(404, "Not Found"));
        }}
    }}
}}

sub ask_about_token {{
    if (req.method != "GET" && req.method != "HEAD") {{
        return (synth(405, "Method Not Allowed"));
    }}
    set req.http.X-Edge-Scope = "{Scope.PLAY}";
    if (req.http.X-Edge-Path ~ {quoted(ABOUT_PATTERN)}) {{
        set req.http.X-Edge-Scope = "{Scope.ABOUT}";
    }}
    if (req.http.X-Edge-Path !~ {quoted(_BEFORE + "/")}) {{
        return (synth(401, "Unauthorized"));
    }}
    if (req.http.X-Edge-Path ~ {quoted(MISLEADING)}) {{
        return (synth(404, "Not Found"));
    }}
    set req.http.X-Edge-Target = req.http.X-Edge-Bare;
    if (req.http.X-Edge-Path ~ {quoted(_MEDIA)}) {{
        set req.url = regsub(req.http.X-Edge-Path, {quoted(_MEDIA)},
            "/opens/\\1/" + req.http.X-Edge-Scope + "/\\2/\\3");
    }} elseif (req.http.X-Edge-Path ~ {quoted(_ENTRY)}) {{
        set req.url = regsub(req.http.X-Edge-Path, {quoted(_ENTRY)},
            "/opens/\\1/" + req.http.X-Edge-Scope + "/\\2");
    }} else {{
        return (synth(401, "Unauthorized"));
    }}
    unset req.http.Authorization;
    unset req.http.Cookie;
    # An answer may vary by the page's site, and does by no more of its address.
    set req.http.Referer = regsub(req.http.Referer, "^(https?://[^/?#]+).*$", "\\1/");
    if (req.http.Origin || req.http.Referer !~ ".") {{
        unset req.http.Referer;
    }}
    set req.http.X-Edge-Coding = "identity";
    set req.http.X-Edge-Kept = "1";
    set req.http.X-Edge-Checking = "1";
    if (!req.http.X-Edge-Target || !req.http.X-Edge-Checking) {{
        return (fail);  # the workspace is full
    }}
    return (hash);
}}

sub vcl_deliver {{
    if (req.http.X-Edge-Checking) {{
        unset req.http.X-Edge-Checking;
        if (resp.status == 204) {{
            set req.http.X-Edge-Opened = "1";
            set req.http.X-Edge-Vary = resp.http.Vary;
            set req.url = req.http.X-Edge-Target;
            return (restart);
        }}
        set req.http.X-Edge-Challenge = resp.http.WWW-Authenticate;
        if (resp.status == 401) {{
            return (synth(401, "Unauthorized"));
        }} elseif (resp.status == 403) {{
            return (synth(403, "Forbidden"));
        }} elseif (resp.status == 404) {{
            return (synth(404, "Not Found"));
        }}
        return (synth(503, "Service Unavailable"));
    }}
    if (req.http.X-Edge-Opened && resp.http.Cache-Control !~ "no-store") {{
        set resp.http.Cache-Control = "private, " + regsuball(resp.http.Cache-Control,
            "public, |private, |s-maxage=[0-9]+, |, s-maxage=[0-9]+$", "");
        set resp.http.CDN-Cache-Control = "{_NOT_BY_CDNS}";
        set resp.http.Surrogate-Control = "{_NOT_BY_CDNS}";
    }}
    if (req.http.X-Edge-Opened && req.http.X-Edge-Vary ~ ".") {{
        # A browser may keep it for the pages on which the token opens it.
        if (resp.http.Vary) {{
            set resp.http.Vary = resp.http.Vary + ", " + req.http.X-Edge-Vary;
        }} else {{
            set resp.http.Vary = req.http.X-Edge-Vary;
        }}
    }}
}}
"""
