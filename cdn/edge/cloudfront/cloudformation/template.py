"""A distribution as a template of CloudFormation, in JSON.

What differs from one account to the next is a parameter. Names of properties are those of the
CloudFormation Template Reference, "AWS::CloudFront::...".
"""

import json
from typing import Any, Final

from cdn.edge.cloudfront.cloudformation.behaviours import behaviour
from cdn.edge.cloudfront.cloudformation.functions import functions
from cdn.edge.cloudfront.cloudformation.names import NOTHING, named
from cdn.edge.cloudfront.cloudformation.policies import policies
from cdn.edge.cloudfront.distribution import (
    BEHAVIOURS_MAX,
    CONNECT_S,
    ERROR_STATUSES,
    KEEPALIVE_S,
    PRICE_CLASS,
    READ_S,
    SECRET_FIELD,
    TLS,
    Distribution,
)
from cdn.tags import CACHE_TAG

_LINE_CHARACTERS: Final = 100


def template(distribution: Distribution) -> str:
    """Return the template."""
    resources = {
        **policies(distribution),
        **functions(checks_tokens=distribution.edge.checks_tokens),
        **_signers(),
        "Distribution": {
            "Type": "AWS::CloudFront::Distribution",
            "Properties": {"DistributionConfig": _config(distribution)},
        },
    }
    document = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"soundbridge behind CloudFront, as {distribution.edge.host}",
        "Parameters": _parameters(distribution),
        "Conditions": {
            "IsShielded": _is_given("ShieldRegion"),
            "HasKey": _is_given("PublicKey"),
            "HasOtherKey": _is_given("OtherPublicKey"),
            "IsSigned": {"Fn::Or": [{"Condition": "HasKey"}, {"Condition": "HasOtherKey"}]},
            "IsLogged": _is_given("LogBucket"),
            "ShowsSecret": _is_given("OriginSecret"),
        },
        "Resources": resources,
        "Outputs": _outputs(checks_tokens=distribution.edge.checks_tokens),
    }
    return f"{_json(document)}\n"


def _parameters(distribution: Distribution) -> dict[str, Any]:
    edge = distribution.edge
    return {
        "OriginDomain": _text("The origin's name in DNS.", edge.origin.host),
        "Aliases": {
            "Type": "CommaDelimitedList",
            "Description": "The public names, which the certificate has to cover.",
            "Default": edge.host,
        },
        "CertificateArn": {
            "Type": "String",
            "Description": "The certificate of the public names, in ACM in us-east-1.",
            "AllowedPattern": "arn:aws[a-z-]*:acm:us-east-1:[0-9]{12}:certificate/.+",
        },
        "ShieldRegion": _text(
            "The region nearest to the origin, for Origin Shield; empty is without.",
            distribution.shield_region or "",
        ),
        "PublicKey": _text("The public key (PEM) of signed cookies and URLs; empty is none."),
        "OtherPublicKey": _text("Another one, for the time in which one takes the other's place."),
        "LogBucket": _text("The bucket of access logs, BUCKET.s3.amazonaws.com; empty is none."),
        "OriginSecret": {
            **_text(f"What {SECRET_FIELD} tells the origin's load balancer; empty is none."),
            "NoEcho": True,
        },
    }


def _text(description: str, default: str = "") -> dict[str, Any]:
    return {"Type": "String", "Description": description, "Default": default}


def _is_given(parameter: str) -> dict[str, Any]:
    return {"Fn::Not": [{"Fn::Equals": [{"Ref": parameter}, ""]}]}


def _signers() -> dict[str, Any]:
    """Return two places for keys: CloudFront lets nobody change one that is there."""
    items = [
        {"Fn::If": ["HasKey", {"Ref": "Signer"}, NOTHING]},
        {"Fn::If": ["HasOtherKey", {"Ref": "OtherSigner"}, NOTHING]},
    ]
    group = {"Name": named("signers"), "Items": items}
    return {
        "Signer": _signer("signer", "PublicKey", "HasKey"),
        "OtherSigner": _signer("other-signer", "OtherPublicKey", "HasOtherKey"),
        "Signers": {
            "Type": "AWS::CloudFront::KeyGroup",
            "Condition": "IsSigned",
            "Properties": {"KeyGroupConfig": group},
        },
    }


def _signer(name: str, parameter: str, condition: str) -> dict[str, Any]:
    called = named(name)
    key = {"Name": called, "CallerReference": called, "EncodedKey": {"Ref": parameter}}
    return {
        "Type": "AWS::CloudFront::PublicKey",
        "Condition": condition,
        "Properties": {"PublicKeyConfig": key},
    }


def _config(distribution: Distribution) -> dict[str, Any]:
    *ordered, default = (behaviour(each, distribution) for each in distribution.behaviours)
    if len(ordered) > BEHAVIOURS_MAX:
        raise AssertionError("there are more routes than CloudFront has behaviours")
    return {
        "Comment": f"soundbridge as {distribution.edge.host}",
        "Enabled": True,
        "Aliases": {"Ref": "Aliases"},
        "HttpVersion": "http2and3",
        "IPV6Enabled": True,
        "PriceClass": PRICE_CLASS,
        "Origins": [_origin(distribution, name) for name in READ_S],
        "CacheBehaviors": ordered,
        "DefaultCacheBehavior": default,
        "CacheTagConfig": {"HeaderName": CACHE_TAG},
        "CustomErrorResponses": [
            {"ErrorCode": status, "ErrorCachingMinTTL": 0} for status in ERROR_STATUSES
        ],
        "Logging": {
            "Fn::If": ["IsLogged", {"Bucket": {"Ref": "LogBucket"}, "Prefix": "cdn/"}, NOTHING]
        },
        "ViewerCertificate": {
            "AcmCertificateArn": {"Ref": "CertificateArn"},
            "MinimumProtocolVersion": TLS,
            "SslSupportMethod": "sni-only",
        },
    }


def _origin(distribution: Distribution, name: str) -> dict[str, Any]:
    origin = distribution.edge.origin
    shield = {"Enabled": True, "OriginShieldRegion": {"Ref": "ShieldRegion"}}
    secret = [{"HeaderName": SECRET_FIELD, "HeaderValue": {"Ref": "OriginSecret"}}]
    return {
        "Id": name,
        "DomainName": {"Ref": "OriginDomain"},
        "ConnectionAttempts": 3,
        "ConnectionTimeout": CONNECT_S,
        "CustomOriginConfig": {
            "OriginProtocolPolicy": "https-only" if origin.is_tls else "http-only",
            "HTTPPort": 80 if origin.is_tls else origin.port,
            "HTTPSPort": origin.port if origin.is_tls else 443,
            "OriginSSLProtocols": ["TLSv1.2"],
            "OriginReadTimeout": READ_S[name],
            "OriginKeepaliveTimeout": KEEPALIVE_S,
        },
        "OriginShield": {"Fn::If": ["IsShielded", shield, NOTHING]},
        "OriginCustomHeaders": {"Fn::If": ["ShowsSecret", secret, NOTHING]},
    }


def _outputs(*, checks_tokens: bool) -> dict[str, Any]:
    outputs: dict[str, Any] = {
        "DistributionId": {"Value": {"Ref": "Distribution"}},
        "DomainName": {"Value": {"Fn::GetAtt": ["Distribution", "DomainName"]}},
        "SignerId": {"Condition": "HasKey", "Value": {"Ref": "Signer"}},
        "OtherSignerId": {"Condition": "HasOtherKey", "Value": {"Ref": "OtherSigner"}},
    }
    if checks_tokens:
        outputs["PlaybackKeysArn"] = {"Value": {"Fn::GetAtt": ["PlaybackKeys", "Arn"]}}
    return outputs


def _json(value: Any, indent: str = "") -> str:
    """Return JSON in which what fits is on one line: a larger template would need a bucket."""
    line = json.dumps(value)
    if len(indent) + len(line) <= _LINE_CHARACTERS or not isinstance(value, dict | list):
        return line
    inner = f"{indent} "
    if isinstance(value, dict):
        rows = [f"{json.dumps(key)}: {_json(each, inner)}" for key, each in value.items()]
        first, last = "{}"
    else:
        rows = [_json(each, inner) for each in value]
        first, last = "[]"
    return f"{first}\n{inner}" + f",\n{inner}".join(rows) + f"\n{indent}{last}"
