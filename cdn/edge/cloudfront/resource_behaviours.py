"""Behaviours of a distribution as Terraform has them."""

from typing import Any

from cdn.edge.cloudfront.distribution import (
    ALL_VIEWER_EXCEPT_HOST,
    CACHING_DISABLED,
    Behaviour,
    Distribution,
    Told,
)
from cdn.edge.cloudfront.resource_origin import ORIGIN_ID
from cdn.edge.cloudfront.resource_policies import request_name, resource_name
from cdn.edge.hcl import Block, Expression

_Body = list[tuple[str, Any] | Block]


def behaviour(one: Behaviour, distribution: Distribution) -> Block:
    """Return one behaviour; the default one has no pattern."""
    body: _Body = [] if one.pattern is None else [("path_pattern", one.pattern)]
    key = CACHING_DISABLED
    body += [
        ("target_origin_id", ORIGIN_ID),
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
    if one.is_told is Told.EVERYTHING:
        body.append(("origin_request_policy_id", ALL_VIEWER_EXCEPT_HOST))
    else:
        body.append(("response_headers_policy_id", _id_of("response_headers", "for_players")))
    kind = "default_cache_behavior" if one.pattern is None else "ordered_cache_behavior"
    return Block(kind, (), body)


def _id_of(kind: str, name: str) -> Expression:
    return Expression(f"aws_cloudfront_{kind}_policy.{name}.id")


def _of_what_plays() -> _Body:
    body: _Body = [("trusted_key_groups", Expression("aws_cloudfront_key_group.signers[*].id"))]
    arn = Expression("aws_cloudfront_function.viewer_request.arn")
    event: _Body = [("event_type", "viewer-request"), ("function_arn", arn)]
    return [*body, Block("function_association", (), event)]
