"""Invalidation (RFC 9111 §4.4): what somebody has changed by the API is not answered from copies.

A change that is no error drops all copies of its path, whatever their queries. What is both kept
and changed is of the API alone, so its copies can be found by their paths, as all can by their
tags (``purge``). Where nothing is kept, as where players tell of plays, this costs next to nothing:
a key that no copy has is looked up, or a ban takes the place of the last one that was like it.
"""

from typing import Final

from cdn.edge.varnish.purge import Tags
from cdn.edge.varnish.text import quoted
from cdn.policy.route import API

_PLAIN: Final = "^[A-Za-z0-9/._~-]+$"
"""Nothing that parts keys, or the words of a ban."""
_MADE_KEY: Final = {
    Tags.XKEY: '\n        set beresp.http.xkey = beresp.http.xkey + " " + beresp.http.X-Edge-At;',
    Tags.BANS: "",
}
_DROPPED: Final = {
    Tags.XKEY: "set req.http.X-Edge-Purged = xkey.purge(req.http.X-Edge-Path);",
    Tags.BANS: """\
if (!std.ban("obj.http.X-Edge-At == " + req.http.X-Edge-Path)) {
            std.log("no copy was dropped of what was changed");
        }""",
}


def invalidates(tags: Tags) -> str:
    """Return what notes where a copy of the API's is, and drops it.

    ``purges`` stands before, and what goes by that note (``beresp``) behind.
    """
    return f"""\
sub vcl_backend_response {{
    unset beresp.http.X-Edge-At;
    if (bereq.http.X-Edge-Kept && regsub(bereq.url, "[?].*$", "") ~ {quoted(API.pattern)}) {{
        set beresp.http.X-Edge-At = regsub(bereq.url, "[?].*$", "");{_MADE_KEY[tags]}
    }}
}}

sub vcl_deliver {{
    unset resp.http.X-Edge-At;
    if (req.method !~ "^(?:GET|HEAD|OPTIONS|TRACE|PURGE)$" && resp.status < 400
        && req.http.X-Edge-Path ~ {quoted(API.pattern)} && req.http.X-Edge-Path ~ "{_PLAIN}") {{
        {_DROPPED[tags]}
    }}
}}
"""
