"""What goes out: what Varnish noted is taken off, and said is what it did.

``Cache-Status`` (RFC 9211) gets one member more. ``Age`` is told as it is, of what browsers may
keep for a shorter time than this cache, too (RFC 9111 section 4): they ask again then, and get a
304 from the copy. To leave it off would not help them, for ``Date`` says as much. Fields for CDNs
and their tags are left on for a CDN in front; browsers do not look at them.
"""

from typing import Final

RESP: Final = """\
sub vcl_deliver {
    if (resp.http.Vary) {
        set resp.http.Vary = regsub(resp.http.Vary,
            "X-Edge-Coding(?:, Accept-Encoding)?", "Accept-Encoding");
    }
    if (req.http.If-None-Match == "*" || std.strstr(req.http.If-None-Match, resp.http.ETag)) {
        # Varnish compares a single tag.
        set req.http.If-None-Match = resp.http.ETag;
    }
    call tell_cache_status;
    unset resp.http.X-Edge-SWR;
    unset resp.http.X-Edge-Said;
    unset resp.http.X-Varnish;
    unset resp.http.xkey;
}

sub tell_cache_status {
    std.collect(resp.http.Cache-Status, ", ");
    if (obj.hits > 0) {
        set req.http.X-Edge-Status = "varnish; hit; ttl=" + std.integer(duration=obj.ttl);
    } elseif (!req.http.X-Edge-Kept) {
        if (req.method == "GET" || req.method == "HEAD") {
            set req.http.X-Edge-Status = "varnish; fwd=bypass";
        } else {
            set req.http.X-Edge-Status = "varnish; fwd=method";
        }
    } elseif (req.http.X-Edge-Stale) {
        set req.http.X-Edge-Status = "varnish; fwd=stale";
    } else {
        set req.http.X-Edge-Status = "varnish; fwd=uri-miss";
    }
    if (resp.http.Cache-Status) {
        set resp.http.Cache-Status = resp.http.Cache-Status + ", " + req.http.X-Edge-Status;
    } else {
        set resp.http.Cache-Status = req.http.X-Edge-Status;
    }
}
"""
