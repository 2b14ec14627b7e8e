"""CloudFront's signed URLs and cookies, held against botocore's signer."""

import json
from base64 import b64decode
from collections.abc import Callable
from datetime import UTC, datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from botocore.signers import CloudFrontSigner  # type: ignore[import-untyped]
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from hypothesis import given
from hypothesis import strategies as st

from cdn.errors import NotSignable, UnusableKey
from cdn.signing.cloudfront import CloudFrontKey, Statement, signed_cookies, signed_url
from cdn.signing.cookie import set_cookies

KEY_PAIR_ID = "K2JCJMDEHXQW5F"
URL = "https://d111111abcdef8.cloudfront.net/media/a1/r1/128k/00001.m4s"
ANYTHING_OF_IT = "https://d111111abcdef8.cloudfront.net/media/a1/*"
NOW_S, END_S = 1_800_000_000, 1_800_003_600
RSA_HALF = rsa.generate_private_key(65_537, 2048)
EC_HALF = ec.generate_private_key(ec.SECP256R1())
RSA_KEY, EC_KEY = (CloudFrontKey(KEY_PAIR_ID, half) for half in (RSA_HALF, EC_HALF))
PEM = (
    serialization.Encoding.PEM,
    serialization.PrivateFormat.PKCS8,
    serialization.NoEncryption(),
)
IN_URLS = st.text(st.sampled_from("abcXYZ019-._~!$'()+,;=:@/%?&"), max_size=60).map(
    lambda rest: f"https://cdn.example/{rest}"
)


def moment(epoch_s: int) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)


def botocore_signs(sign: Callable[[bytes], bytes]) -> CloudFrontSigner:
    return CloudFrontSigner(KEY_PAIR_ID, sign)


def verify(key: CloudFrontKey, signature: str, message: bytes) -> None:
    """Raise where a signature in AWS's base64 is not one by SHA-256."""
    said = b64decode(signature.translate(str.maketrans("-_~", "+=/")), validate=True)
    if isinstance(key.half, rsa.RSAPrivateKey):
        key.half.public_key().verify(said, message, padding.PKCS1v15(), hashes.SHA256())
    else:
        key.half.public_key().verify(said, message, ec.ECDSA(hashes.SHA256()))


@pytest.mark.parametrize("starts_at_s", [None, NOW_S])
@pytest.mark.parametrize("network", [None, "192.0.2.1", "192.0.2.0/24", "0.0.0.0/0"])
@pytest.mark.parametrize("resource", [URL, f"{URL}?a=b&c=d", ANYTHING_OF_IT])
def test_statements_are_those_of_botocore(
    resource: str, network: str | None, starts_at_s: int | None
) -> None:
    theirs = botocore_signs(lambda _: b"").build_policy(
        resource,
        moment(END_S),
        None if starts_at_s is None else moment(starts_at_s),
        network,
    )
    assert Statement(resource, END_S, starts_at_s, network).to_json() == theirs


@pytest.mark.parametrize("url", [URL, f"{URL}?a=b&c=d", f"{URL}?"])
def test_a_canned_url_is_botocore_s_and_says_by_which_hash(url: str) -> None:
    theirs = botocore_signs(RSA_KEY.sign).generate_presigned_url(url, moment(END_S))
    assert signed_url(url, Statement(url, END_S), RSA_KEY) == f"{theirs}&Hash-Algorithm=SHA256"


@pytest.mark.parametrize("url", [URL, f"{URL}?a=b"])
def test_a_custom_url_is_botocore_s_and_says_by_which_hash(url: str) -> None:
    statement = Statement(ANYTHING_OF_IT, END_S, NOW_S, "192.0.2.0/24")
    signer = botocore_signs(RSA_KEY.sign)
    theirs = signer.generate_presigned_url(url, policy=statement.to_json())
    assert signed_url(url, statement, RSA_KEY) == f"{theirs}&Hash-Algorithm=SHA256"


@given(url=IN_URLS, is_custom=st.booleans())
def test_every_url_stays_as_it_is_and_botocore_signs_the_same(url: str, *, is_custom: bool) -> None:
    statement = Statement(url, END_S, NOW_S if is_custom else None)
    signer = botocore_signs(RSA_KEY.sign)
    theirs = (
        signer.generate_presigned_url(url, policy=statement.to_json())
        if is_custom
        else signer.generate_presigned_url(url, moment(END_S))
    )
    signed = signed_url(url, statement, RSA_KEY)
    assert signed == f"{theirs}&Hash-Algorithm=SHA256"
    assert signed.startswith(url)
    assert urlsplit(signed).path == urlsplit(url).path
    said = parse_qs(urlsplit(signed).query)
    assert said["Key-Pair-Id"] == [KEY_PAIR_ID]
    verify(RSA_KEY, said["Signature"][0], statement.to_json().encode())


@pytest.mark.parametrize("key", [RSA_KEY, EC_KEY], ids=["RSA", "ECDSA"])
@pytest.mark.parametrize(
    "statement", [Statement(URL, END_S), Statement(ANYTHING_OF_IT, END_S)], ids=["canned", "custom"]
)
def test_signatures_are_good_in_urls_and_cookies(key: CloudFrontKey, statement: Statement) -> None:
    message = statement.to_json().encode()
    said = parse_qs(urlsplit(signed_url(URL, statement, key)).query)
    cookies = signed_cookies(statement, key)
    for signature in (said["Signature"][0], cookies["CloudFront-Signature"]):
        verify(key, signature, message)
    if statement.is_canned:
        assert said["Expires"] == [cookies["CloudFront-Expires"]] == [str(END_S)]
        assert "CloudFront-Policy" not in cookies
    else:
        policy = cookies["CloudFront-Policy"]
        assert said["Policy"] == [policy]
        assert b64decode(policy.translate(str.maketrans("-_~", "+=/"))) == message
        assert "CloudFront-Expires" not in cookies


def test_cookies_have_the_names_that_cloudfront_reads() -> None:
    assert list(signed_cookies(Statement(URL, END_S), EC_KEY)) == [
        "CloudFront-Expires",
        "CloudFront-Signature",
        "CloudFront-Key-Pair-Id",
        "CloudFront-Hash-Algorithm",
    ]
    cookies = signed_cookies(Statement(ANYTHING_OF_IT, END_S), EC_KEY)
    assert cookies["CloudFront-Key-Pair-Id"] == KEY_PAIR_ID
    assert cookies["CloudFront-Hash-Algorithm"] == "SHA256"
    assert json.loads(Statement(ANYTHING_OF_IT, END_S).to_json())["Statement"][0]["Resource"] == (
        ANYTHING_OF_IT
    )


def test_cookies_are_set_for_the_same_site_alone() -> None:
    said = set_cookies({"A": "1", "B": "2"}, domain="example.com", path="/media/a1")
    assert said == (
        "A=1; Domain=example.com; Path=/media/a1; Secure; HttpOnly; SameSite=Strict",
        "B=2; Domain=example.com; Path=/media/a1; Secure; HttpOnly; SameSite=Strict",
    )
    assert set_cookies({"A": "1"}) == ("A=1; Path=/; Secure; HttpOnly; SameSite=Strict",)


@pytest.mark.parametrize(
    ("domain", "path"),
    [
        ("example.com; Path=/", "/"), ("", "/"), ("a b", "/"), ("example.com\r\nX: y", "/"),
        (None, ""), (None, "media"), (None, "/a; Domain=x"), (None, "/a\n"), (None, "/a b"),
    ],
)  # fmt: skip
def test_what_a_browser_would_read_as_something_else_is_refused(
    domain: str | None, path: str
) -> None:
    with pytest.raises(NotSignable):
        set_cookies({"A": "1"}, domain=domain, path=path)


@pytest.mark.parametrize(
    "url",
    [
        "", "/media/a", "ftp://cdn.example/a", "https://cdn.example", "https://cdn.example/a#b",
        "https://cdn.example/a b", "https://cdn.example/ü", "https://cdn.example/a\n",
        "https://user@cdn.example/a", f"{URL}?Expires=1", f"{URL}?a&signature=x",
        f"{URL}?a=1&Policy", f"{URL}?Key-Pair-Id=x&a", f"{URL}?Hash-Algorithm=SHA1",
    ],
)  # fmt: skip
def test_a_url_that_cannot_be_signed(url: str) -> None:
    with pytest.raises(NotSignable):
        signed_url(url, Statement(ANYTHING_OF_IT, END_S), RSA_KEY)


@pytest.mark.parametrize(
    ("resource", "starts_at_s", "network"),
    [
        ("*", None, None),
        ("media/*", None, None),
        (URL, END_S, None),
        (URL, END_S + 1, None),
        (URL, None, "2001:db8::/32"),
        (URL, None, "192.0.2.1/24"),
        (URL, None, "192.0.2.0/33"),
        (URL, None, ""),
    ],
)
def test_a_statement_that_cloudfront_takes_not(
    resource: str, starts_at_s: int | None, network: str | None
) -> None:
    with pytest.raises(NotSignable):
        Statement(resource, END_S, starts_at_s, network)


def test_what_cloudfront_makes_up_is_about_the_url_itself() -> None:
    with pytest.raises(NotSignable, match="the URL itself"):
        signed_url(URL, Statement(f"{URL}x", END_S), RSA_KEY)


@pytest.mark.parametrize("half", [RSA_HALF, EC_HALF], ids=["RSA", "ECDSA"])
def test_a_key_is_read(half: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> None:
    read = CloudFrontKey.read(KEY_PAIR_ID, half.private_bytes(*PEM))
    assert read.half.private_bytes(*PEM) == half.private_bytes(*PEM)
    assert repr(read) == f"CloudFrontKey(key_pair_id='{KEY_PAIR_ID}')"


@pytest.mark.parametrize(
    ("key_pair_id", "pem", "said"),
    [
        (KEY_PAIR_ID, b"", "no private key in PEM"),
        (KEY_PAIR_ID, ed25519.Ed25519PrivateKey.generate().private_bytes(*PEM), "neither RSA"),
        (
            KEY_PAIR_ID,
            ec.generate_private_key(ec.SECP384R1()).private_bytes(*PEM),
            "neither RSA of 2048 bits nor P-256",
        ),
        (KEY_PAIR_ID, rsa.generate_private_key(65_537, 3072).private_bytes(*PEM), "neither RSA"),
        ("a&b=c", RSA_HALF.private_bytes(*PEM), "no id"),
        ("", RSA_HALF.private_bytes(*PEM), "no id"),
    ],
    ids=range(6),
)
def test_a_key_that_cloudfront_takes_not(key_pair_id: str, pem: bytes, said: str) -> None:
    with pytest.raises(UnusableKey, match=said):
        CloudFrontKey.read(key_pair_id, pem)
