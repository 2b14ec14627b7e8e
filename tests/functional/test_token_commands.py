"""Tokens and keys from the command line, and CloudFront's URLs and cookies."""

import json
import time
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from cdn.signing.bounds import Circumstances
from cdn.signing.scope import EVERYTHING, Scope
from cdn.signing.token import PlaybackToken
from origin.cli import main
from origin.playback_keys import key_ring_of, read_key_ring

CDN = "https://cdn.example.com"
FOR = ("--for", "1h")


def run(*words: object) -> Result:
    return CliRunner().invoke(main, [str(word) for word in words])


def ran(*words: object) -> str:
    done = run(*words)
    assert done.exit_code == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(params=["ES256", "EdDSA", "HS256"])
def key(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    path = tmp_path / "signing"
    ran("token", "new-key", path, "--algorithm", request.param)
    return path


def said_by(key: Path, *words: object) -> PlaybackToken:
    token = ran("token", "sign", "first-light", "--signing-key", key, *FOR, *words)
    return key_ring_of(None, key).verify(token, time.time())


def test_a_token_is_limited_to_what_was_said(key: Path) -> None:
    assert said_by(key).scopes == EVERYTHING
    said = said_by(
        key, "--scope", "play", "--country", "DE", "--country", "AT",
        "--referrer", "*.example.com", "--no-referrer", "--asset", "first-asset",
    )  # fmt: skip
    assert (set(said.scopes), said.asset_id) == ({Scope.PLAY}, "first-asset")
    assert said.bounds.allow(Circumstances("AT"))
    assert said.bounds.allow(Circumstances("DE", "https://www.example.com"))
    assert not said.bounds.allow(Circumstances("DE", "https://example.com"))
    assert not said.bounds.allow(Circumstances("US"))


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--no-referrer",), "--no-referrer needs --referrer"),
        (("--country", "de"), "two capital letters"),
        (("--referrer", "https://example.com/page"), "is no page such as"),
        (("--scope", "download"), "is not one of"),
        (("--asset", "../x"), "x"),
        (tuple(word for a in "ABCDEFGHIJKLMNOPQRSTUVWXYZ" for b in "ABCDEFGHIJKLMNOPQRST"
               for word in ("--country", a + b)), "name fewer countries"),
    ],
    ids=range(6),
)  # fmt: skip
def test_what_makes_no_sense_is_wrong_usage(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    key = tmp_path / "key"
    ran("token", "new-key", key)
    done = run("token", "sign", "first-light", "--signing-key", key, *FOR, *words)
    assert (done.exit_code, said in done.stderr) == (2, True)


def test_a_secret_key_is_printed_nowhere_and_verifies(tmp_path: Path) -> None:
    path = tmp_path / "secret.jwk"
    done = run("token", "new-key", path, "--algorithm", "hs256")
    jwk = json.loads(path.read_text())
    assert done.stdout == ""
    assert jwk["k"] not in done.stderr
    assert path.stat().st_mode & 0o777 == 0o600
    assert (jwk["alg"], len(jwk["k"])) == ("HS256", 43)
    ring = read_key_ring(tmp_path)
    assert (ring.kids, ring.public_keys) == ((jwk["kid"],), ())


@pytest.fixture(params=["RSA", "ECDSA"])
def private_key(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    half = (
        rsa.generate_private_key(65_537, 2048)
        if request.param == "RSA"
        else ec.generate_private_key(ec.SECP256R1())
    )
    path = tmp_path / "private.pem"
    path.write_bytes(
        half.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return path


def test_a_url_is_signed_as_cloudfront_lets_it_in(private_key: Path) -> None:
    options = ("--cloudfront-key", private_key, "--key-pair-id", "K1", *FOR)
    url = f"{CDN}/song.m3u8?a=b"
    canned = ran("token", "cloudfront", url, *options)
    assert canned.startswith(f"{url}&Expires=")
    assert canned.endswith("&Key-Pair-Id=K1&Hash-Algorithm=SHA256")
    custom = ran(
        "token", "cloudfront", url, *options, "--resource", f"{CDN}/*", "--network", "192.0.2.1"
    )
    assert set(parse_qs(urlsplit(custom).query)) == {
        "a", "Policy", "Signature", "Key-Pair-Id", "Hash-Algorithm",
    }  # fmt: skip


def test_cookies_let_a_browser_in_to_a_folder(private_key: Path) -> None:
    options = ("--cloudfront-key", private_key, "--key-pair-id", "K1", *FOR)
    said = ran(
        "token", "cloudfront", f"{CDN}/media/a1/*", *options, "--cookies", "--domain", "example.com"
    )
    lines = said.splitlines()
    assert [line.partition("=")[0] for line in lines] == [
        "Set-Cookie: CloudFront-Policy",
        "Set-Cookie: CloudFront-Signature",
        "Set-Cookie: CloudFront-Key-Pair-Id",
        "Set-Cookie: CloudFront-Hash-Algorithm",
    ]
    where = "; Domain=example.com; Path=/media/a1; Secure; HttpOnly; SameSite=Strict"
    assert all(line.endswith(where) for line in lines)
    whole = ran("token", "cloudfront", f"{CDN}/*", *options, "--cookies").splitlines()
    assert all("; Path=/; " in line for line in whole)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((f"{CDN}/a*",), "is for --cookies"),
        ((f"{CDN}/a", "--domain", "x"), "--domain needs --cookies"),
        ((f"{CDN}/a", "--network", "::1"), "know no IPv6"),
        (("/a",), "no http(s) URL"),
        ((f"{CDN}/a", "--key-pair-id", "a b"), "no id of a CloudFront public key"),
    ],
)
def test_what_cloudfront_would_not_take_is_wrong_usage(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    key = tmp_path / "key"
    ran("token", "new-key", key)
    options = ("--cloudfront-key", key, "--key-pair-id", "K1", *FOR)
    done = run("token", "cloudfront", *options, *words)
    assert (done.exit_code, said in done.stderr) == (2, True), done.stderr


def test_a_key_of_another_kind_is_none_of_cloudfront_s(tmp_path: Path) -> None:
    key = tmp_path / "key"
    ran("token", "new-key", key, "--algorithm", "EdDSA")
    options = ("--cloudfront-key", key, "--key-pair-id", "K1", *FOR)
    done = run("token", "cloudfront", f"{CDN}/a", *options)
    assert (done.exit_code, "neither RSA" in done.stderr) == (2, True)
