"""The origin of a distribution as Terraform has it."""

from typing import Final

from cdn.edge.cloudfront.distribution import (
    CONNECT_S,
    KEEPALIVE_S,
    READ_S,
    SECRET_FIELD,
    Distribution,
)
from cdn.edge.hcl import Block, Body, Expression

KEYS: Final = {"signer": "public_key", "other_signer": "other_public_key"}
"""The variables of public keys, by what they become."""
IS_SIGNED: Final = f'join("", [{", ".join(f"var.{name}" for name in KEYS.values())}]) != ""'


def origin(distribution: Distribution, name: str) -> Block:
    """Return the origin by one of its ids, with shield and secret where variables say so."""
    shield: Body = [
        ("enabled", True),
        ("origin_shield_region", Expression("origin_shield.value")),
    ]
    header: Body = [("name", SECRET_FIELD), ("value", Expression("var.origin_secret"))]
    # Terraform lets nothing secret say how many blocks there are; that there is a secret is none.
    has_secret = Expression('nonsensitive(var.origin_secret == "") ? [] : [1]')
    content = Block("content", (), header)
    return Block(
        "origin",
        (),
        [
            ("origin_id", name),
            ("domain_name", Expression("var.origin_domain")),
            ("connection_attempts", 3),
            ("connection_timeout", CONNECT_S),
            Block("custom_origin_config", (), _custom(distribution, READ_S[name])),
            where_given("origin_shield", "shield_region", shield),
            Block("dynamic", ("custom_header",), [("for_each", has_secret), content]),
        ],
    )


def _custom(distribution: Distribution, read_s: int) -> Body:
    asked = distribution.edge.origin
    return [
        ("origin_protocol_policy", "https-only" if asked.is_tls else "http-only"),
        ("http_port", 80 if asked.is_tls else asked.port),
        ("https_port", asked.port if asked.is_tls else 443),
        ("origin_ssl_protocols", ["TLSv1.2"]),
        ("origin_read_timeout", read_s),
        ("origin_keepalive_timeout", KEEPALIVE_S),
    ]


def where_given(kind: str, variable: str, body: Body) -> Block:
    """Return a block that is there where a variable is not empty."""
    for_each = Expression(f'var.{variable} == "" ? [] : [var.{variable}]')
    return Block("dynamic", (kind,), [("for_each", for_each), Block("content", (), body)])
