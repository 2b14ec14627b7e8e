"""A service of Fastly for Terraform: what surrounds the VCL, with the provider ``fastly/fastly``.

Names of arguments are those of its documentation, ``docs/resources/service_vcl.md``.
"""

from collections.abc import Iterator
from typing import Final

from cdn.edge.cloud import CloudEdge
from cdn.edge.fastly.token import TABLE
from cdn.edge.hcl import Block, Body, Expression, document, provider

VCL_FILE: Final = "soundbridge.vcl"
_SERVICE: Final = "fastly_service_vcl.soundbridge"


def configuration(edge: CloudEdge, shield: str | None) -> str:
    """Return the configuration, which reads its VCL from ``VCL_FILE`` beside it."""
    return document(_blocks(edge, shield))


def _blocks(edge: CloudEdge, shield: str | None) -> Iterator[Block]:
    yield provider("fastly/fastly", ">= 5.0")
    if edge.checks_tokens:
        said = "Public keys of playback tokens (ES256): PEM by kid."
        keys = [("type", Expression("map(string)")), ("description", said), ("default", {})]
        yield Block("variable", (TABLE,), keys)
    yield Block("resource", ("fastly_service_vcl", "soundbridge"), _service(edge, shield))
    if edge.checks_tokens:
        yield _keys()


def _service(edge: CloudEdge, shield: str | None) -> Body:
    body: Body = [
        ("name", f"soundbridge as {edge.host}"),
        ("http3", True),
        ("default_ttl", 0),
        Block("domain", (), [("name", edge.host)]),
        Block("healthcheck", (), _health(edge)),
        Block("backend", (), _backend(edge, shield)),
        Block(
            "vcl",
            (),
            [
                ("name", "soundbridge"),
                ("main", True),
                ("content", Expression(f'file("${{path.module}}/{VCL_FILE}")')),
            ],
        ),
    ]
    return [*body, Block("dictionary", (), [("name", TABLE)])] if edge.checks_tokens else body


def _health(edge: CloudEdge) -> Body:
    return [
        ("name", "ready"),
        ("host", edge.origin.host),
        ("path", "/readyz"),
        ("method", "GET"),
        ("expected_response", 200),
        ("check_interval", 5000),
        ("timeout", 2000),
        ("window", 4),
        ("threshold", 2),
        ("initial", 2),
    ]


def _backend(edge: CloudEdge, shield: str | None) -> Body:
    origin = edge.origin
    body: Body = [
        ("name", "origin"),
        ("address", origin.host),
        ("port", origin.port),
        ("override_host", origin.host),
        ("healthcheck", "ready"),
        ("shield", shield),
        ("connect_timeout", 2000),
        ("first_byte_timeout", 30_000),
        ("between_bytes_timeout", 10_000),
        ("use_ssl", origin.is_tls),
    ]
    if origin.is_tls:
        body += [
            ("ssl_cert_hostname", origin.host),
            ("ssl_sni_hostname", origin.host),
            ("min_tls_version", "1.2"),
        ]
    return body


def _keys() -> Block:
    of_name = f'd.dictionary_id if d.name == "{TABLE}"'
    code = f"one([for d in {_SERVICE}.dictionary : {of_name}])"
    return Block(
        "resource",
        ("fastly_service_dictionary_items", TABLE),
        [
            ("service_id", Expression(f"{_SERVICE}.id")),
            ("dictionary_id", Expression(code)),
            ("items", Expression(f"var.{TABLE}")),
            ("manage_items", True),
        ],
    )
