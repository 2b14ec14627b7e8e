"""Ranges of copies: what Varnish says of those that it refuses.

To what is beyond the end it answers by 416 with the fields of the copy, so that who keeps anything
might keep a refusal for a year: that is nobody's to keep. A range whose end is before its beginning
is not looked at (RFC 9110 §14.1.1), nor is what ``route`` has taken away: several, other units.
Varnish itself looks at conditions before that.
"""

from typing import Final

_DIGITS: Final = "999999999999999"
"""More than any copy has; Varnish reads no more digits than these."""


def _number(text: str) -> str:
    return f"std.integer({text}, {_DIGITS})"


_FIRST: Final = _number(r'regsub(req.http.Range, "^.*=([0-9]+)-.*$", "\1")')
_LAST: Final = _number(r'regsub(req.http.Range, "^.*=[0-9]+-([0-9]*)$", "\1")')
_SIZE: Final = _number("resp.http.Content-Length")
_SINCE: Final = "std.time(req.http.If-Modified-Since, now + 1h)"
_MODIFIED: Final = "std.time(resp.http.Last-Modified, now)"

RANGES: Final = f"""\
sub vcl_deliver {{
    if (req.http.X-Edge-Kept && resp.status == 200 && req.http.Range ~ "=[0-9]") {{
        call look_at_range;
    }}
}}

sub look_at_range {{
    if ({_LAST} < {_FIRST}) {{
        unset req.http.Range;
    }} elseif ({_FIRST} >= {_SIZE}
        && (!req.http.If-Range || req.http.If-Range == resp.http.ETag
            || req.http.If-Range == resp.http.Last-Modified)
        && req.http.If-None-Match != "*"
        && (!req.http.If-None-Match || !std.strstr(req.http.If-None-Match, resp.http.ETag))
        && (req.http.If-None-Match || !req.http.If-Modified-Since
            || {_SINCE} < {_MODIFIED} || {_SINCE} > now)) {{
        # (What is no date, or one to come, is no condition.)
        set resp.http.Cache-Control = "no-store";
        set resp.http.CDN-Cache-Control = "no-store";
        set resp.http.Surrogate-Control = "no-store";
    }}
}}
"""
