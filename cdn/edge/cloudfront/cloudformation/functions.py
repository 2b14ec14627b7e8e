"""Functions of a distribution as CloudFormation has them."""

from collections.abc import Mapping
from typing import Any

from cdn.edge.cloudfront.cloudformation.names import named
from cdn.edge.cloudfront.function import RUNTIME, rest_request, viewer_request


def functions(*, checks_tokens: bool) -> dict[str, Any]:
    """Return the functions, and the store of keys where they need one."""
    config: dict[str, Any] = {"Comment": "Playback tokens and preflights", "Runtime": RUNTIME}
    resources: dict[str, Any] = {}
    if checks_tokens:
        name = named("playback-keys")
        resources["PlaybackKeys"] = {
            "Type": "AWS::CloudFront::KeyValueStore",
            "Properties": {"Name": name, "Comment": "The k of each key (JWK) by its kid"},
        }
        store = {"Fn::GetAtt": ["PlaybackKeys", "Arn"]}
        config["KeyValueStoreAssociations"] = [{"KeyValueStoreARN": store}]
    resources["ViewerRequest"] = _function(
        "viewer-request", config, viewer_request(checks_tokens=checks_tokens)
    )
    said = {"Comment": "What may be misread as what plays", "Runtime": RUNTIME}
    resources["RestRequest"] = _function("rest-request", said, rest_request())
    return resources


def _function(name: str, config: Mapping[str, Any], code: str) -> dict[str, Any]:
    return {
        "Type": "AWS::CloudFront::Function",
        "Properties": {
            "Name": named(name),
            "AutoPublish": True,
            "FunctionConfig": config,
            "FunctionCode": code,
        },
    }
