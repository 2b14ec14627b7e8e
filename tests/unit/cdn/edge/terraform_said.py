"""What a distribution's resources say, in the words that its template has, too."""

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

import hcl2


def said_by_resources(text: str) -> dict[str, Any]:
    read = plain(hcl2.load(io.StringIO(text)))
    resources = {
        (kind, name): body
        for each in read["resource"]
        for kind, named in each.items()
        for name, body in named.items()
    }
    body = resources["aws_cloudfront_distribution", "this"]
    [certificate] = body["viewer_certificate"]
    all_behaviours = [*body["ordered_cache_behavior"], *body["default_cache_behavior"]]
    return {
        "behaviours": [resource_behaviour(each, resources) for each in all_behaviours],
        "errors": {
            each["error_code"]: each["error_caching_min_ttl"]
            for each in body["custom_error_response"]
        },
        "tag_field": body["cache_tag_config"][0]["header_name"],
        "origins": {each["origin_id"]: resource_origin(each) for each in body["origin"]},
        "viewers": [
            certificate["minimum_protocol_version"],
            body["http_version"],
            body["price_class"],
        ],
        "store": "key_value_store_associations"
        in resources["aws_cloudfront_function", "viewer_request"],
    }


def resource_runs(one: Mapping[str, Any]) -> tuple[str, bool] | None:
    [said] = one.get("function_association") or [None]
    is_conditional = said is None and "dynamic" in one
    if is_conditional:
        [dynamic] = (each["function_association"] for each in one["dynamic"])
        one_is_given = 'join("", [var.public_key, var.other_public_key]) != ""'
        assert dynamic["for_each"] == f"${{{one_is_given} ? [1] : []}}"
        [said] = dynamic["content"]
    if said is None:
        return None
    assert said["event_type"] == "viewer-request"
    return said["function_arn"].split(".")[1].removesuffix("_request"), is_conditional


def resource_origin(origin: Mapping[str, Any]) -> list[Any]:
    [custom] = origin["custom_origin_config"]
    return [
        custom["origin_protocol_policy"],
        custom["http_port"],
        custom["https_port"],
        custom["origin_read_timeout"],
        custom["origin_keepalive_timeout"],
        origin["connection_timeout"],
    ]


def resource_behaviour(
    one: Mapping[str, Any], resources: Mapping[tuple[str, str], Any]
) -> dict[str, Any]:
    policy = None
    if one["cache_policy_id"].startswith("${"):
        kind, name, _ = one["cache_policy_id"][2:-1].split(".")
        config = resources[kind, name]
        [inside] = config["parameters_in_cache_key_and_forwarded_to_origin"]
        [headers], [query] = inside["headers_config"], inside["query_strings_config"]
        policy = {
            "min_ttl": config["min_ttl"],
            "ttls": (config["default_ttl"], config["max_ttl"]),
            "codings": (
                inside["enable_accept_encoding_brotli"],
                inside["enable_accept_encoding_gzip"],
            ),
            "cookies": inside["cookies_config"][0]["cookie_behavior"],
            "headers": items(headers.get("headers")),
            "query": query["query_string_behavior"],
            "without": items(query.get("query_strings")),
        }
    told = one.get("origin_request_policy_id")
    if told is not None and told.startswith("${"):
        config = resources[tuple(told[2:-1].split(".")[:2])]
        [query], [headers] = config["query_strings_config"], config["headers_config"]
        told = (query["query_string_behavior"], items(headers.get("headers")))
    return {
        "pattern": one.get("path_pattern"),
        "policy": policy,
        "methods": one["allowed_methods"],
        "https": one["viewer_protocol_policy"],
        "compress": one["compress"],
        "runs": resource_runs(one),
        "is_signed": "trusted_key_groups" in one,
        "told": told,
        "asks": one["target_origin_id"],
        "answers": resource_answers(named(one["response_headers_policy_id"], resources)),
    }


def named(reference: str, resources: Mapping[tuple[str, str], Any]) -> Any:
    kind, name, _ = reference.removeprefix("${").removesuffix("}").split(".")
    return resources[kind, name]


def resource_answers(config: Mapping[str, Any]) -> dict[str, Any]:
    [removed] = config["remove_headers_config"]
    names = [each["header"] for each in removed["items"]]
    [cors] = config.get("cors_config") or [None]
    return {"removed": sorted(names), "overrides": cors and cors["origin_override"]}


def items(blocks: Sequence[Mapping[str, Any]] | None) -> Any:
    return blocks[0]["items"] if blocks else []


def plain(value: Any) -> Any:
    """Return what was read without the quotes that its reader leaves on."""
    if isinstance(value, dict):
        return {plain(key): plain(each) for key, each in value.items() if key != "__is_block__"}
    if isinstance(value, list):
        return [plain(each) for each in value]
    if isinstance(value, str) and value.startswith('"'):
        return json.loads(value)
    return value
