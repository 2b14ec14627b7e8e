"""A distribution for Terraform: resources of the provider ``hashicorp/aws``.

Names of arguments are those of its documentation, ``website/docs/r/cloudfront_*``; a distribution
has ``cache_tag_config`` since 6.46.0 (its CHANGELOG).
"""

from collections.abc import Iterator, Sequence
from typing import Any, Final

from cdn.edge.cloudfront.distribution import (
    ERROR_STATUSES,
    PRICE_CLASS,
    READ_S,
    SECRET_FIELD,
    TLS,
    Distribution,
)
from cdn.edge.cloudfront.function import RUNTIME
from cdn.edge.cloudfront.terraform.behaviours import behaviour
from cdn.edge.cloudfront.terraform.origin import IS_SIGNED, KEYS, origin, where_given
from cdn.edge.cloudfront.terraform.policies import policies
from cdn.edge.hcl import Block, Body, Expression, document, provider
from cdn.tags import CACHE_TAG

FUNCTION_FILE: Final = "viewer-request.js"
REST_FILE: Final = "rest-request.js"


def configuration(distribution: Distribution) -> str:
    """Return the configuration, which reads its functions from the files beside it."""
    return document(_blocks(distribution))


def _blocks(distribution: Distribution) -> Iterator[Block]:
    checks_tokens = distribution.edge.checks_tokens
    yield provider("hashicorp/aws", "~> 6.46")
    yield from _variables(distribution)
    yield from policies(distribution)
    yield from _functions(checks_tokens=checks_tokens)
    yield from _signers()
    yield Block("resource", ("aws_cloudfront_distribution", "this"), _body(distribution))
    yield _output("distribution_id", "aws_cloudfront_distribution.this.id")
    yield _output("domain_name", "aws_cloudfront_distribution.this.domain_name")
    for key in KEYS:
        yield _output(f"{key}_id", f"one(aws_cloudfront_public_key.{key}[*].id)")
    if checks_tokens:
        yield _output("playback_keys_arn", "aws_cloudfront_key_value_store.playback_keys.arn")


def _variables(distribution: Distribution) -> Iterator[Block]:
    edge = distribution.edge
    yield _variable("name", "What the names of all resources begin with.", "soundbridge")
    yield _variable("origin_domain", "The origin's name in DNS.", edge.origin.host)
    said = "The public names, which the certificate has to cover."
    yield _variable("aliases", said, [edge.host], kind="list(string)")
    yield Block(
        "variable",
        ("certificate_arn",),
        [
            ("type", Expression("string")),
            ("description", "The certificate of the public names, in ACM in us-east-1."),
        ],
    )
    said = "The region nearest to the origin, for Origin Shield; empty is without."
    yield _variable("shield_region", said, distribution.shield_region or "")
    said = "The public key (PEM) of signed cookies and URLs; empty is none."
    yield _variable("public_key", said, "")
    said = "Another one, for the time in which one takes the other's place."
    yield _variable("other_public_key", said, "")
    yield _variable("log_bucket", "The bucket of access logs, by its domain; empty is none.", "")
    said = f"What {SECRET_FIELD} tells the origin's load balancer; empty is none."
    yield _variable("origin_secret", said, "", sensitive=True)


def _variable(
    name: str, description: str, default: Any, *, kind: str = "string", sensitive: bool = False
) -> Block:
    body: Body = [("type", Expression(kind)), ("description", description), ("default", default)]
    if sensitive:
        body.append(("sensitive", True))
    return Block("variable", (name,), body)


def _output(name: str, code: str) -> Block:
    return Block("output", (name,), [("value", Expression(code))])


def _functions(*, checks_tokens: bool) -> Iterator[Block]:
    yield _function("rest-request", "What may be misread as what plays", REST_FILE)
    stores: list[tuple[str, Any]] = []
    if checks_tokens:
        name = ("name", Expression('"${var.name}-playback-keys"'))
        comment = ("comment", "The k of each key (JWK) by its kid")
        store = ("aws_cloudfront_key_value_store", "playback_keys")
        yield Block("resource", store, [name, comment])
        arn = Expression(f"{'.'.join(store)}.arn")
        stores.append(("key_value_store_associations", [arn]))
    yield _function("viewer-request", "Playback tokens and preflights", FUNCTION_FILE, stores)


def _function(name: str, comment: str, file: str, stores: Sequence[tuple[str, Any]] = ()) -> Block:
    body: Body = [
        ("name", Expression(f'"${{var.name}}-{name}"')),
        ("comment", comment),
        ("runtime", RUNTIME),
        ("publish", True),
        ("code", Expression(f'file("${{path.module}}/{file}")')),
        *stores,
    ]
    return Block("resource", ("aws_cloudfront_function", name.replace("-", "_")), body)


def _signers() -> Iterator[Block]:
    """Return two places for keys: CloudFront lets nobody change one that is there."""
    for key, variable in KEYS.items():
        yield Block(
            "resource",
            ("aws_cloudfront_public_key", key),
            [
                ("count", Expression(f'var.{variable} == "" ? 0 : 1')),
                ("name", Expression(f'"${{var.name}}-{key.replace("_", "-")}"')),
                ("encoded_key", Expression(f"var.{variable}")),
                Block("lifecycle", (), [("create_before_destroy", True)]),  # the group lets it go
            ],
        )
    ids = ", ".join(f"aws_cloudfront_public_key.{key}[*].id" for key in KEYS)
    yield Block(
        "resource",
        ("aws_cloudfront_key_group", "signers"),
        [
            ("count", Expression(f"{IS_SIGNED} ? 1 : 0")),
            ("name", Expression('"${var.name}-signers"')),
            ("items", Expression(f"concat({ids})")),
        ],
    )


def _body(distribution: Distribution) -> Body:
    log: Body = [("bucket", Expression("logging_config.value")), ("prefix", "cdn/")]
    return [
        ("comment", f"soundbridge as {distribution.edge.host}"),
        ("enabled", True),
        ("aliases", Expression("var.aliases")),
        ("http_version", "http2and3"),
        ("is_ipv6_enabled", True),
        ("price_class", PRICE_CLASS),
        *(origin(distribution, name) for name in READ_S),
        *(behaviour(each, distribution) for each in distribution.behaviours),
        Block("cache_tag_config", (), [("header_name", CACHE_TAG)]),
        *map(_error, ERROR_STATUSES),
        where_given("logging_config", "log_bucket", log),
        Block("restrictions", (), [Block("geo_restriction", (), [("restriction_type", "none")])]),
        Block("viewer_certificate", (), _certificate()),
    ]


def _error(status: int) -> Block:
    body = [("error_code", status), ("error_caching_min_ttl", 0)]
    return Block("custom_error_response", (), body)


def _certificate() -> Body:
    return [
        ("acm_certificate_arn", Expression("var.certificate_arn")),
        ("minimum_protocol_version", TLS),
        ("ssl_support_method", "sni-only"),
    ]
