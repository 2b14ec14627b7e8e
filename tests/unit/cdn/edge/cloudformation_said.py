"""What a distribution's template says, in the words that its resources have, too."""

from collections.abc import Mapping
from typing import Any


def said_by_template(read: Mapping[str, Any]) -> dict[str, Any]:
    resources = read["Resources"]
    config = resources["Distribution"]["Properties"]["DistributionConfig"]
    all_behaviours = [*config["CacheBehaviors"], config["DefaultCacheBehavior"]]
    return {
        "behaviours": [formed_behaviour(each, resources) for each in all_behaviours],
        "errors": {
            each["ErrorCode"]: each["ErrorCachingMinTTL"] for each in config["CustomErrorResponses"]
        },
        "tag_field": config["CacheTagConfig"]["HeaderName"],
        "origins": {each["Id"]: formed_origin(each) for each in config["Origins"]},
        "viewers": [
            config["ViewerCertificate"]["MinimumProtocolVersion"],
            config["HttpVersion"],
            config["PriceClass"],
        ],
        "store": "KeyValueStoreAssociations"
        in resources["ViewerRequest"]["Properties"]["FunctionConfig"],
    }


def formed_origin(origin: Mapping[str, Any]) -> list[Any]:
    custom = origin["CustomOriginConfig"]
    return [
        custom["OriginProtocolPolicy"],
        custom["HTTPPort"],
        custom["HTTPSPort"],
        custom["OriginReadTimeout"],
        custom["OriginKeepaliveTimeout"],
        origin["ConnectionTimeout"],
    ]


def formed_behaviour(one: Mapping[str, Any], resources: Mapping[str, Any]) -> dict[str, Any]:
    key = one["CachePolicyId"]
    policy = None
    if isinstance(key, dict):
        config = resources[key["Ref"]]["Properties"]["CachePolicyConfig"]
        inside = config["ParametersInCacheKeyAndForwardedToOrigin"]
        policy = {
            "min_ttl": config["MinTTL"],
            "ttls": (config["DefaultTTL"], config["MaxTTL"]),
            "codings": (
                inside["EnableAcceptEncodingBrotli"],
                inside["EnableAcceptEncodingGzip"],
            ),
            "cookies": inside["CookiesConfig"]["CookieBehavior"],
            "headers": inside["HeadersConfig"].get("Headers", []),
            "query": inside["QueryStringsConfig"]["QueryStringBehavior"],
            "without": inside["QueryStringsConfig"].get("QueryStrings", []),
        }
    told = one.get("OriginRequestPolicyId")
    if isinstance(told, dict):
        config = resources[told["Ref"]]["Properties"]["OriginRequestPolicyConfig"]
        said = config["QueryStringsConfig"]["QueryStringBehavior"]
        told = (said, config["HeadersConfig"].get("Headers", []))
    return {
        "pattern": one.get("PathPattern"),
        "policy": policy,
        "methods": one["AllowedMethods"],
        "https": one["ViewerProtocolPolicy"],
        "compress": one["Compress"],
        "runs": formed_runs(one.get("FunctionAssociations")),
        "is_signed": "TrustedKeyGroups" in one,
        "told": told,
        "asks": one["TargetOriginId"],
        "answers": formed_answers(resources[one["ResponseHeadersPolicyId"]["Ref"]]["Properties"]),
    }


def formed_answers(policy: Mapping[str, Any]) -> dict[str, Any]:
    """Return what is taken off answers, and whether what an origin says to other sites goes."""
    config = policy["ResponseHeadersPolicyConfig"]
    removed = [each["Header"] for each in config["RemoveHeadersConfig"]["Items"]]
    cors = config.get("CorsConfig")
    return {"removed": sorted(removed), "overrides": cors and cors["OriginOverride"]}


def formed_runs(said: Any) -> tuple[str, bool] | None:
    """Return which function runs, and whether only where answers are signed."""
    if said is None:
        return None
    is_conditional = isinstance(said, dict)
    [one] = said["Fn::If"][1] if is_conditional else said
    assert one["EventType"] == "viewer-request"
    return one["FunctionARN"]["Fn::GetAtt"][0].removesuffix("Request").lower(), is_conditional
