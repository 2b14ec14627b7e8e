"""Policies of a distribution as CloudFormation has them."""

from collections.abc import Mapping
from typing import Any

from cdn.edge.cloud import NOT_FOR_VIEWERS
from cdn.edge.cloudfront.cloudformation.names import named
from cdn.edge.cloudfront.distribution import (
    COUNTRY_FIELD,
    MAX_TTL_S,
    Distribution,
    KeyPolicy,
    Told,
)
from cdn.policy.cross_origin import PLAYED_BY


def logical_id(key: KeyPolicy) -> str:
    """Return what a cache policy is called within a template."""
    return "Key" + "".join(part.capitalize() for part in key.name.split("-"))


def request_id(told: Told) -> str:
    """Return what an origin request policy is called within a template."""
    return f"Tell{told.capitalize()}"


def policies(distribution: Distribution) -> dict[str, Any]:
    """Return the policies that behaviours refer to."""
    resources = {logical_id(key): _cache_policy(key) for key in distribution.keys}
    resources["ForAll"] = _response_headers_policy("for-all", {})
    resources["ForPlayers"] = _response_headers_policy("for-players", _cross_origin())
    for told in distribution.for_players:
        tells_country = distribution.tells_country(told)
        resources[request_id(told)] = _origin_request_policy(told, tells_country=tells_country)
    return resources


def _cache_policy(key: KeyPolicy) -> dict[str, Any]:
    headers: dict[str, Any] = {"HeaderBehavior": "none"}
    if key.headers:
        headers = {"HeaderBehavior": "whitelist", "Headers": list(key.headers)}
    query: dict[str, Any] = {"QueryStringBehavior": "none"}
    if key.query:
        query = {"QueryStringBehavior": "allExcept", "QueryStrings": list(key.without)}
    config = {
        "Name": named(key.name),
        "MinTTL": 0,
        "DefaultTTL": 0,
        "MaxTTL": MAX_TTL_S,
        "ParametersInCacheKeyAndForwardedToOrigin": {
            "EnableAcceptEncodingBrotli": key.coded,
            "EnableAcceptEncodingGzip": key.coded,
            "CookiesConfig": {"CookieBehavior": "all" if key.cookies else "none"},
            "HeadersConfig": headers,
            "QueryStringsConfig": query,
        },
    }
    return {"Type": "AWS::CloudFront::CachePolicy", "Properties": {"CachePolicyConfig": config}}


def _origin_request_policy(told: Told, *, tells_country: bool) -> dict[str, Any]:
    """Return what lets the function see the country: what the origin is not told, it is not."""
    headers: dict[str, Any] = {"HeaderBehavior": "none"}
    if tells_country:
        headers = {"HeaderBehavior": "whitelist", "Headers": [COUNTRY_FIELD]}
    query = "all" if told is Told.QUERY else "none"
    config = {
        "Name": named(f"tell-{told}"),
        "CookiesConfig": {"CookieBehavior": "none"},
        "HeadersConfig": headers,
        "QueryStringsConfig": {"QueryStringBehavior": query},
    }
    properties = {"OriginRequestPolicyConfig": config}
    return {"Type": "AWS::CloudFront::OriginRequestPolicy", "Properties": properties}


def _cross_origin() -> dict[str, Any]:
    """Return what lets players read errors that CloudFront makes; the origin says it itself."""
    config = {
        "AccessControlAllowCredentials": False,
        "AccessControlAllowHeaders": {"Items": ["*"]},
        "AccessControlAllowMethods": {"Items": PLAYED_BY.split(", ")},
        "AccessControlAllowOrigins": {"Items": ["*"]},
        "OriginOverride": False,
    }
    return {"CorsConfig": config}


def _response_headers_policy(name: str, beside: Mapping[str, Any]) -> dict[str, Any]:
    """Return what takes away what only CDNs are told."""
    config = {
        "Name": named(name),
        **beside,
        "RemoveHeadersConfig": {"Items": [{"Header": name} for name in NOT_FOR_VIEWERS]},
    }
    properties = {"ResponseHeadersPolicyConfig": config}
    return {"Type": "AWS::CloudFront::ResponseHeadersPolicy", "Properties": properties}
