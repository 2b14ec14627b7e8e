"""What comes from an origin: whether it is kept, and for how long.

A targeted field is read and the others are not (RFC 9213 §2.2): ``CDN-Cache-Control``, else
``Surrogate-Control``, else ``Cache-Control`` as a shared cache reads it. What nothing is said of is
not kept. What may not be kept is remembered as such for some seconds, so that those who ask for it
do not wait for each other. What is told to one says nothing of copies in other codings: it varies
as they do, or it would hide them from who is to get one.

What is fresh for no time is of this kind, too: to ask again costs an origin a page from memory.
What is kept is kept for a day longer than it may be given, to be held against the origin's.

Anybody can ask the API, and for what is not there, in any number of ways, each of which is kept
apart. So that takes no room of what plays: the API's answers go where all lives shortly, as does,
by itself, what lives for less than ten seconds (``shortlived``).
"""

from typing import Final

_KEPT_STATUSES: Final = (200, 203, 204, 300, 301, 308, 404, 410)  # of RFC 9110 §15.1
_IS_NOT_KEPT: Final = " && ".join(f"beresp.status != {each}" for each in _KEPT_STATUSES)


def said(directive: str, field: str = "beresp.http.X-Edge-Said") -> str:
    """Return the seconds that a directive says, as a duration; none where it is not there."""
    pattern = rf"(?i)^(?:.*[\s,])?{directive}=([0-9]+).*$"
    return f'std.duration(regsub({field}, "{pattern}", "\\1s"), 0s)'


KEPT: Final = f"""\
sub keep_not {{
    if (beresp.http.Vary !~ "X-Edge-Coding|[*]") {{
        set beresp.http.Vary = regsub(beresp.http.Vary + ", X-Edge-Coding", "^, ", "");
    }}
    set beresp.uncacheable = true;
    set beresp.grace = 0s;
    set beresp.keep = 0s;
    if (beresp.status < 500) {{
        set beresp.ttl = 10s;
    }} else {{
        set beresp.ttl = 1s;
    }}
}}

sub vcl_backend_response {{
    unset beresp.http.X-Edge-SWR;
    std.collect(beresp.http.Cache-Control, ", ");
    std.collect(beresp.http.CDN-Cache-Control, ", ");
    std.collect(beresp.http.Surrogate-Control, ", ");
    std.collect(beresp.http.Vary, ", ");
    # A copy for each coding, all at one address.
    if (beresp.http.Vary) {{
        set beresp.http.Vary = regsub(beresp.http.Vary, "(?i)accept-encoding", "X-Edge-Coding");
    }}
    set beresp.http.X-Edge-Said = beresp.http.Cache-Control;
    if (beresp.http.CDN-Cache-Control) {{
        set beresp.http.X-Edge-Said = beresp.http.CDN-Cache-Control;
    }} elseif (beresp.http.Surrogate-Control) {{
        set beresp.http.X-Edge-Said = beresp.http.Surrogate-Control;
    }}
    if (beresp.http.X-Edge-Said ~ "(?i)(?:^|[\\s,;])(?:no-store|no-cache|private)(?:[\\s,;=]|$)"
        || ({_IS_NOT_KEPT})
        || beresp.http.Set-Cookie || beresp.http.Vary ~ "[*]") {{
        call keep_not;
        return (deliver);
    }}
    if (beresp.http.X-Edge-Said ~ "(?i)(?:^|[\\s,])s-maxage=[0-9]") {{
        set beresp.ttl = {said("s-maxage")} - std.duration(beresp.http.Age + "s", 0s);
    }} elseif (beresp.http.X-Edge-Said ~ "(?i)(?:^|[\\s,])max-age=[0-9]") {{
        set beresp.ttl = {said("max-age")} - std.duration(beresp.http.Age + "s", 0s);
    }} elseif (!beresp.http.Expires) {{
        set beresp.ttl = 0s;
    }}  # else as Varnish reckons it (RFC 9111 section 4.2.1)
    if (beresp.ttl <= 0s) {{
        call keep_not;
        return (deliver);
    }}
    set beresp.keep = 0s;
    if (beresp.http.X-Edge-At) {{  # it is the API's
        set beresp.keep = 1m;
        set beresp.storage = storage.Transient;
    }} elseif (beresp.status == 200) {{
        set beresp.keep = 1d;
    }}
    set beresp.grace = {said("stale-if-error")};
    set beresp.http.X-Edge-SWR = {said("stale-while-revalidate")};
    if (beresp.grace < std.duration(beresp.http.X-Edge-SWR + "s", 0s)) {{
        set beresp.grace = std.duration(beresp.http.X-Edge-SWR + "s", 0s);
    }}
    unset beresp.http.X-Edge-Said;
}}
"""
KEPT_AT_LAST: Final = """\
sub vcl_backend_response {
    # Whole, before anybody gets any of it: what was cut is asked for again, and never kept.
    set beresp.do_stream = false;
    return (deliver);
}
"""
