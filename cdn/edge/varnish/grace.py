"""Grace: when a copy is given that is not fresh any more (RFC 5861).

For as long as ``stale-while-revalidate`` says, it is given while it is fetched anew. For as long as
``stale-if-error`` says, it is given where no origin is well; where one seems to be, it is asked
first, and only what it fails to give is taken from the copy. It is asked once for all who ask then.
Who has waited for that is told with it that there is nothing new, by a note that is hidden from who
knows (``backend``): who asked anew then would have all others wait for him once more, and one that
fails late would have them wait without end. A soft purge makes a copy as old as one that has just
ceased to be fresh.
"""

from typing import Final

GRACE: Final = """\
sub vcl_recv {
    if (req.http.X-Edge-Stale && !req.http.X-Edge-Failed) {
        set req.grace = 0s;
    } elseif (req.http.X-Edge-Failed) {
        # What was set stays set when a request begins anew; a copy's own grace is the limit.
        set req.grace = 365d;
    }
}

sub vcl_hit {
    if (obj.http.X-Edge-Failed && !req.http.X-Edge-Failed) {
        set req.http.X-Edge-Failed = "1";
        return (restart);
    }
    if (obj.ttl >= 0s || req.http.X-Edge-Failed || !std.healthy(req.backend_hint)
        || obj.ttl + std.duration(obj.http.X-Edge-SWR + "s", 0s) > 0s) {
        return (deliver);
    }
    set req.http.X-Edge-Stale = "1";
    return (restart);
}

sub vcl_deliver {
    if (resp.http.X-Edge-Failed && req.http.X-Edge-Stale && !req.http.X-Edge-Failed) {
        set req.http.X-Edge-Failed = "1";
        return (restart);
    }
    unset resp.http.X-Edge-Failed;
}

sub vcl_backend_fetch {
    if (bereq.is_bgfetch && bereq.http.X-Edge-Failed) {
        return (abandon);  # it has been asked just now
    }
}

sub vcl_synth {
    if (resp.status == 503 && req.restarts > 0
        && req.http.X-Edge-Stale && !req.http.X-Edge-Failed) {
        set req.http.X-Edge-Failed = "1";
        return (restart);
    }
}
"""
