"""Behaviours of a distribution as CloudFormation has them."""

from typing import Any, Final

from cdn.edge.cloudfront.distribution import (
    ALL_VIEWER_EXCEPT_HOST,
    CACHING_DISABLED,
    Behaviour,
    Distribution,
)
from cdn.edge.cloudfront.formed_policies import logical_id

ORIGIN_ID: Final = "soundbridge"


def behaviour(one: Behaviour, distribution: Distribution) -> dict[str, Any]:
    """Return one behaviour; the default one has no pattern."""
    said: dict[str, Any] = {} if one.pattern is None else {"PathPattern": one.pattern}
    said |= {
        "TargetOriginId": ORIGIN_ID,
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": one.methods.names,
        "CachedMethods": ["GET", "HEAD"],
        "Compress": False,
        "CachePolicyId": CACHING_DISABLED if one.key is None else {"Ref": logical_id(one.key)},
    }
    if one.plays:
        said |= _of_what_plays(distribution)
    elif one.passes_everything:
        said["OriginRequestPolicyId"] = ALL_VIEWER_EXCEPT_HOST
    if not one.passes_everything:
        said["ResponseHeadersPolicyId"] = {"Ref": "ForPlayers"}
    return said


def _of_what_plays(distribution: Distribution) -> dict[str, Any]:
    arn = {"Fn::GetAtt": ["ViewerRequest", "FunctionMetadata.FunctionARN"]}
    group = {"Fn::If": ["IsSigned", [{"Ref": "Signers"}], {"Ref": "AWS::NoValue"}]}
    said: dict[str, Any] = {
        "FunctionAssociations": [{"EventType": "viewer-request", "FunctionARN": arn}],
        "TrustedKeyGroups": group,
    }
    if distribution.edge.checks_tokens:
        said["OriginRequestPolicyId"] = {"Ref": "WithCountry"}
    return said
