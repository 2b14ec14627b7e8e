"""Policies of a distribution as Terraform has them."""

from collections.abc import Iterator, Sequence

from cdn.edge.cloud import NOT_FOR_VIEWERS
from cdn.edge.cloudfront.distribution import (
    COUNTRY_FIELD,
    MAX_TTL_S,
    Distribution,
    KeyPolicy,
    Told,
)
from cdn.edge.hcl import Block, Body, Expression
from cdn.policy.cross_origin import PLAYED_BY


def resource_name(key: KeyPolicy) -> str:
    """Return what a cache policy is called within a configuration."""
    return key.name.replace("-", "_")


def request_name(told: Told) -> str:
    """Return what an origin request policy is called within a configuration."""
    return f"tell_{told}"


def policies(distribution: Distribution) -> Iterator[Block]:
    """Return the policies that behaviours refer to."""
    for key in distribution.keys:
        yield _policy("cache", key.name, _cache_policy(key))
    yield _policy("response_headers", "for-all", [_removed()])
    yield _policy("response_headers", "for-players", [_cross_origin(), _removed()])
    for told in distribution.for_players:
        body = _origin_request_policy(told, tells_country=distribution.tells_country(told))
        yield _policy("origin_request", f"tell-{told}", body)


def _policy(kind: str, name: str, body: Body) -> Block:
    labels = (f"aws_cloudfront_{kind}_policy", name.replace("-", "_"))
    return Block("resource", labels, [("name", Expression(f'"${{var.name}}-{name}"')), *body])


def _cache_policy(key: KeyPolicy) -> Body:
    parameters: Body = [
        ("enable_accept_encoding_brotli", key.coded),
        ("enable_accept_encoding_gzip", key.coded),
        _chosen("cookies", "cookie", "all" if key.cookies else "none"),
        _chosen("headers", "header", "whitelist" if key.headers else "none", key.headers),
        _chosen("query_strings", "query_string", "allExcept" if key.query else "none", key.without),
    ]
    return [
        ("min_ttl", 0),
        ("default_ttl", 0),
        ("max_ttl", MAX_TTL_S),
        Block("parameters_in_cache_key_and_forwarded_to_origin", (), parameters),
    ]


def _chosen(many: str, one: str, behaviour: str, names: Sequence[str] = ()) -> Block:
    body: Body = [(f"{one}_behavior", behaviour)]
    if names:
        body.append(_items(many, list(names)))
    return Block(f"{many}_config", (), body)


def _items(kind: str, items: Sequence[str]) -> Block:
    return Block(kind, (), [("items", items)])


def _origin_request_policy(told: Told, *, tells_country: bool) -> Body:
    fields = [COUNTRY_FIELD] if tells_country else []
    return [
        _chosen("cookies", "cookie", "none"),
        _chosen("headers", "header", "whitelist" if fields else "none", fields),
        _chosen("query_strings", "query_string", "all" if told is Told.QUERY else "none"),
    ]


def _cross_origin() -> Block:
    cors: Body = [
        ("access_control_allow_credentials", False),
        _items("access_control_allow_headers", ["*"]),
        _items("access_control_allow_methods", PLAYED_BY.split(", ")),
        _items("access_control_allow_origins", ["*"]),
        ("origin_override", False),
    ]
    return Block("cors_config", (), cors)


def _removed() -> Block:
    items = [Block("items", (), [("header", name)]) for name in NOT_FOR_VIEWERS]
    return Block("remove_headers_config", (), items)
