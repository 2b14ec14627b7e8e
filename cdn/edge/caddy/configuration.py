"""One whole Caddyfile."""

import json
from typing import Final

from cdn.edge.caddy.balancing import balanced, balancing, rules
from cdn.edge.caddy.installation import Installation, Tls
from cdn.edge.caddy.text import block, quoted
from cdn.edge.plan import USUAL_PURGES_FROM, Edge, EdgeFile
from cdn.errors import UnusableEdge
from cdn.policy.cross_origin import ON_EVERY_ANSWER

NAME: Final = "Caddyfile"
_METHODS: Final = "GET HEAD OPTIONS POST PUT PATCH DELETE QUERY"
"""What an origin answers: ``PURGE`` is for caches behind this, and no request of the public's."""
_PROBLEM: Final = json.dumps(
    {"type": "about:blank", "title": "{err.status_text}", "status": "{err.status_code}"}
).replace('"{err.status_code}"', "{err.status_code}")
_LOG: Final = block(
    "log",
    "# No token and no query: who has a line could play by it, or see who searched.",
    block(
        "format filter",
        'request>uri regexp "(/t/)[^/?]+|[?].*" "${1}-"',
        "request>headers delete",
        "resp_headers delete",
        "wrap json",
    ),
)


def configuration(edge: Edge, installation: Installation) -> EdgeFile:
    """Return the configuration of Caddy for an edge; raises UnusableEdge for what it cannot be."""
    if edge.checks_tokens:
        raise UnusableEdge("Caddy keeps nothing: the origins look at tokens (--require-tokens)")
    if tuple(edge.purges_from) != USUAL_PURGES_FROM:
        raise UnusableEdge("Caddy keeps nothing: nobody purges it")
    parts = [_machine(installation), balancing(edge), _site(edge, installation)]
    return EdgeFile(NAME, "\n\n".join(parts) + "\n")


def _machine(installation: Installation) -> str:
    return block(
        "",
        "# Written by `soundbridge edge caddy`, out of the policy that the origin's headers are",
        "# made of, too. Write it again rather than change it.",
        *([] if installation.has_admin else ["admin off"]),
        f"http_port {installation.http_port}",
        f"https_port {installation.https_port}",
        "skip_install_trust",
        _LOG,
        block(
            "servers",
            "protocols h1 h2 h3",
            block("timeouts", "read_header 15s", "idle 75s"),
        ),
    )


def _site(edge: Edge, installation: Installation) -> str:
    lines = [] if installation.address is None else [f"bind {installation.address}"]
    return block(
        _name(edge, installation),
        *lines,
        *_tls(edge, installation),
        _LOG,
        f"@other not method {_METHODS}",
        *rules(edge),
        block(
            "route",
            "# In this order: Caddy's own puts errors behind what is handled.",
            f"header @other Allow {quoted(_METHODS.replace(' ', ', '))}",
            "error @other 405",
            "# It is what caches ask that check tokens.",
            "error /opens/* 404",
            *balanced(edge),
        ),
        block(
            "handle_errors",
            *(f"header {name} {quoted(value)}" for name, value in ON_EVERY_ANSWER.items()),
            "header Cache-Control no-store",
            "header Content-Type application/problem+json",
            f"respond {quoted(_PROBLEM)}",
        ),
    )


def _name(edge: Edge, installation: Installation) -> str:
    """Return what the site is called: it answers any name, and with TLS has a certificate for one.

    Caddy tells who asks by a name that it does not know 200, without content.
    """
    if edge.certificate is None and installation.tls is Tls.NONE:
        return f"http://:{installation.http_port}"
    return f"https://{edge.host}, https://"


def _tls(edge: Edge, installation: Installation) -> list[str]:
    if edge.certificate is not None:
        return [f"tls {edge.certificate.chain} {edge.certificate.key}"]
    return ["tls internal"] if installation.tls is Tls.INTERNAL else []
