"""Behaviours of a distribution as Terraform has them."""

from typing import Final

from cdn.edge.cloudfront.distribution import (
    ALL_VIEWER_EXCEPT_HOST,
    CACHING_DISABLED,
    Behaviour,
    Distribution,
    Told,
)
from cdn.edge.cloudfront.terraform.origin import IS_SIGNED
from cdn.edge.cloudfront.terraform.policies import request_name, resource_name
from cdn.edge.hcl import Block, Body, Expression

_RUNS: Final = "function_association"


def behaviour(one: Behaviour, distribution: Distribution) -> Block:
    """Return one behaviour; the default one has no pattern."""
    body: Body = [] if one.pattern is None else [("path_pattern", one.pattern)]
    key = CACHING_DISABLED
    body += [
        ("target_origin_id", one.asks),
        ("viewer_protocol_policy", "redirect-to-https"),
        ("allowed_methods", one.methods.names),
        ("cached_methods", ["GET", "HEAD"]),
        ("compress", False),
        ("cache_policy_id", key if one.key is None else _id_of("cache", resource_name(one.key))),
    ]
    if one.plays:
        body += _of_what_plays()
        if distribution.tells_players(one.is_told):
            told = _id_of("origin_request", request_name(one.is_told))
            body.append(("origin_request_policy_id", told))
    else:
        body.append(_of_the_rest(distribution))
    if one.is_told is Told.EVERYTHING:
        body.append(("origin_request_policy_id", ALL_VIEWER_EXCEPT_HOST))
    policy = "for_all" if one.is_told is Told.EVERYTHING else "for_players"
    body.append(("response_headers_policy_id", _id_of("response_headers", policy)))
    kind = "default_cache_behavior" if one.pattern is None else "ordered_cache_behavior"
    return Block(kind, (), body)


def _id_of(kind: str, name: str) -> Expression:
    return Expression(f"aws_cloudfront_{kind}_policy.{name}.id")


def _of_what_plays() -> Body:
    body: Body = [("trusted_key_groups", Expression("aws_cloudfront_key_group.signers[*].id"))]
    return [*body, Block(_RUNS, (), _run("viewer_request"))]


def _of_the_rest(distribution: Distribution) -> Block:
    runs = _run("rest_request")
    if distribution.edge.checks_tokens:
        return Block(_RUNS, (), runs)
    for_each = Expression(f"{IS_SIGNED} ? [1] : []")
    return Block("dynamic", (_RUNS,), [("for_each", for_each), Block("content", (), runs)])


def _run(function: str) -> Body:
    arn = Expression(f"aws_cloudfront_function.{function}.arn")
    return [("event_type", "viewer-request"), ("function_arn", arn)]
