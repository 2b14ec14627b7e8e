"""What Varnish says by itself: preflights, refusals, and that no origin answers.

All of it is nobody's to keep, and is told to players of every site.
"""

import json
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from cdn.edge.varnish.text import quoted
from cdn.policy.cross_origin import ON_EVERY_ANSWER, PLAYED_BY, preflight_headers
from cdn.policy.route import CHALLENGE

_DETAILS: Final = {
    400: "An address begins with a slash; a tag is letters, digits, '-' and '_'.",
    401: "This plays with a token in front of it: /t/{token}/...",
    403: "What was shown for it does not allow this.",
    404: "There is nothing at this address.",
    405: "This can be read, and nothing else be done to it.",
    431: "There is more in this request than is looked at: shorten its address and its fields.",
}
_UNAVAILABLE: Final = "Nobody can answer this just now; ask again."
_RETRY_AFTER_S: Final = 1


def synthetic() -> str:
    """Return the answers that are made here."""
    return f"""\
sub vcl_synth {{
    unset resp.http.X-Varnish;
{_fields("resp", ON_EVERY_ANSWER | {"X-Content-Type-Options": "nosniff"})}\
    if (req.http.X-Edge-Answer == "preflight") {{
{_fields("resp", preflight_headers(PLAYED_BY), indent=8)}\
        return (deliver);
    }}
    set resp.http.Cache-Control = "no-store";
    if (resp.status == 200) {{
        set resp.http.Content-Type = "text/plain; charset=utf-8";
        set resp.body = "purged";
        return (deliver);
    }}
    set resp.http.Content-Type = "application/problem+json";
    if (req.http.X-Edge-Challenge ~ ".") {{
        set resp.http.WWW-Authenticate = req.http.X-Edge-Challenge;
    }} elseif (resp.status == 401) {{
        set resp.http.WWW-Authenticate = {quoted(CHALLENGE)};
    }}
    {" else".join(_problems())}
    return (deliver);
}}

sub vcl_backend_error {{
    unset beresp.http.X-Varnish;
{_fields("beresp", ON_EVERY_ANSWER | {"X-Content-Type-Options": "nosniff"})}\
    set beresp.status = 503;
    set beresp.http.Cache-Control = "no-store";
    set beresp.http.Retry-After = "{_RETRY_AFTER_S}";
    set beresp.http.Content-Type = "application/problem+json";
    set beresp.body = {quoted(_problem(503, _UNAVAILABLE))};
    # Those who have waited together are told together, and nobody else: there may be other copies.
    set beresp.http.Vary = "X-Edge-Coding, Origin";
    if (bereq.http.X-Edge-Checking) {{
        set beresp.http.Vary = "Origin, Referer";
    }}
    set beresp.ttl = 0.25s;
    set beresp.grace = 0s;
    return (deliver);
}}
"""


def _problems() -> Iterator[str]:
    for status, detail in _DETAILS.items():
        body = quoted(_problem(status, detail))
        yield f"if (resp.status == {status}) {{\n        set resp.body = {body};\n    }}"
    yield (
        " {\n        set resp.status = 503;\n"
        f'        set resp.http.Retry-After = "{_RETRY_AFTER_S}";\n'
        f"        set resp.body = {quoted(_problem(503, _UNAVAILABLE))};\n    }}"
    )


def _problem(status: int, detail: str) -> str:
    """Return a problem document (RFC 9457), as the origin writes them."""
    title = HTTPStatus(status).phrase
    return json.dumps({"type": "about:blank", "title": title, "status": status, "detail": detail})


def _fields(of: str, values: dict[str, str], indent: int = 4) -> str:
    return "".join(
        f"{' ' * indent}set {of}.http.{name} = {quoted(value)};\n" for name, value in values.items()
    )
