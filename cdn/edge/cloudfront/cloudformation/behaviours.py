"""Behaviours of a distribution as CloudFormation has them."""

from typing import Any

from cdn.edge.cloudfront.cloudformation.names import NOTHING
from cdn.edge.cloudfront.cloudformation.policies import logical_id, request_id
from cdn.edge.cloudfront.distribution import (
    ALL_VIEWER_EXCEPT_HOST,
    CACHING_DISABLED,
    Behaviour,
    Distribution,
    Told,
)


def behaviour(one: Behaviour, distribution: Distribution) -> dict[str, Any]:
    """Return one behaviour; the default one has no pattern."""
    said: dict[str, Any] = {} if one.pattern is None else {"PathPattern": one.pattern}
    said |= {
        "TargetOriginId": one.asks,
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": one.methods.names,
        "CachedMethods": ["GET", "HEAD"],
        "Compress": False,
        "CachePolicyId": CACHING_DISABLED if one.key is None else {"Ref": logical_id(one.key)},
    }
    if one.plays:
        said |= _of_what_plays()
        if distribution.tells_players(one.is_told):
            said["OriginRequestPolicyId"] = {"Ref": request_id(one.is_told)}
    else:
        said["FunctionAssociations"] = _of_the_rest(distribution)
    if one.is_told is Told.EVERYTHING:
        said["OriginRequestPolicyId"] = ALL_VIEWER_EXCEPT_HOST
    policy = "ForAll" if one.is_told is Told.EVERYTHING else "ForPlayers"
    return {**said, "ResponseHeadersPolicyId": {"Ref": policy}}


def _of_what_plays() -> dict[str, Any]:
    return {
        "FunctionAssociations": _run("ViewerRequest"),
        "TrustedKeyGroups": _where_signed([{"Ref": "Signers"}]),
    }


def _of_the_rest(distribution: Distribution) -> Any:
    runs = _run("RestRequest")
    return runs if distribution.edge.checks_tokens else _where_signed(runs)


def _run(function: str) -> list[dict[str, Any]]:
    arn = {"Fn::GetAtt": [function, "FunctionMetadata.FunctionARN"]}
    return [{"EventType": "viewer-request", "FunctionARN": arn}]


def _where_signed(said: list[dict[str, Any]]) -> dict[str, Any]:
    return {"Fn::If": ["IsSigned", said, NOTHING]}
