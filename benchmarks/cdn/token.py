"""What it costs of a processor to look at a playback token, verified for the first time and again.

By one thread, beside PyJWT's bare ``decode`` of the same token, which is the peer: it checks the
signature and the claims that it knows. ``uncached`` is a token that was never seen: signature,
claims, and that it is remembered. ``cached`` is one that is remembered: what the hot path looks at
for each segment under it. ``bound`` is one that is bound to pages and a country, which is looked at
each time. ``over_http`` is what a server computes in all for one question of an edge, by whose
answer all objects of an asset are let through for a minute. Medians of rounds, in microseconds.
"""

import http.client
import time
import tracemalloc
from argparse import Namespace
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any, Final
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.backends.openssl import backend

from benchmarks.origin.asset import Asset, packaged
from benchmarks.origin.servers import Server, soundbridge
from cdn.signing.bounds import ANYWHERE, Bounds, Circumstances, read_bounds
from cdn.signing.keys import Algorithm, PublicKey, SigningKey, new_signing_key
from cdn.signing.secret import SECRET_BYTES, SecretKey, new_secret_key
from cdn.signing.token import KeyRing, sign
from origin.delivery.verified import VerifiedTokens
from origin.playback_keys import write_signing_key

_GOALS: Final = {"uncached_us": 250.0, "cached_us": 10.0}
_SEGMENT: Final = "/media/asset/r1/128k/00001.m4s"
_VALID_FOR_S: Final = 7 * 86_400
_MANY: Final = 100_000_000
_BOUND: Final = read_bounds(["DE", "AT", "CH"], ["*.radio.example", "radio.example"], None)
_WITHIN: Final = Circumstances("AT", "https://www.radio.example", None)
_Key = SigningKey | SecretKey


def answer(asked: Namespace, folder: Path) -> dict[str, Any]:
    """Look at tokens of each kind of key, and let a server look at some."""
    keys: dict[str, _Key] = {
        Algorithm.ES256.value: new_signing_key(Algorithm.ES256),
        Algorithm.EDDSA.value: new_signing_key(Algorithm.EDDSA),
        Algorithm.HS256.value: new_secret_key(bytes(range(SECRET_BYTES + 1))),
    }
    return {
        "goals": _GOALS,
        "tokens": asked.tokens,
        "peer": {
            "pyjwt": version("pyjwt"),
            "cryptography": version("cryptography"),
            "openssl": backend.openssl_version_text(),
        },
        "by_algorithm": {
            name: _of_rounds([_looked_at(key, asked.tokens) for _ in range(asked.rounds)])
            for name, key in keys.items()
        },
        "bytes_each": _bytes_each(keys[Algorithm.ES256.value], asked.tokens),
        "over_http": _over_http(keys[Algorithm.ES256.value], asked, folder),
    }


def _of_rounds(found: Sequence[Mapping[str, float]]) -> dict[str, float]:
    return {name: round(median(each[name] for each in found), 3) for name in found[0]}


def _looked_at(key: _Key, count: int) -> dict[str, float]:
    """Return what each way takes, in turn."""
    ring, public = KeyRing([_verifier(key)]), _verifier(key)
    tokens = _signed(key, "first", count)
    verified = VerifiedTokens(_MANY)
    now_s = time.time()

    def verify(token: str) -> None:
        verified.remember(token.encode(), ring.verify(token, now_s)).add_asset("asset")

    def decode(token: str) -> None:
        jwt.decode(token, public.half, algorithms=[public.algorithm.value], audience="first")

    paths = [f"/t/{token}{_SEGMENT}".encode() for token in tokens]
    (bound,) = _signed(key, "first", 1, _BOUND)
    known = verified.remember(b"bound", ring.verify(bound, now_s))
    return {
        "uncached_us": _us_each(verify, tokens),
        "pyjwt_decode_us": _us_each(decode, tokens),
        "cached_us": _us_each(lambda path: verified.path_without(path, now_s), paths * 10),
        "cached_bound_us": _us_each(lambda _: known.said.bounds.allow(_WITHIN), paths * 10),
    }


def _verifier(key: _Key) -> PublicKey | SecretKey:
    return key.public if isinstance(key, SigningKey) else key


def _signed(key: _Key, playback_id: str, count: int, bounds: Bounds = ANYWHERE) -> list[str]:
    """Return tokens of which no two are the same."""
    now_s = time.time()
    return [
        sign(playback_id, key, now_s=now_s, valid_for_s=_VALID_FOR_S + number, bounds=bounds)
        for number in range(count)
    ]


def _us_each(look: Callable[[Any], object], asked: Sequence[Any]) -> float:
    """Return how much of a processor one of them takes."""
    look(asked[0])
    begun_s = time.process_time()
    for each in asked:
        look(each)
    return (time.process_time() - begun_s) / len(asked) * 1e6


def _bytes_each(key: _Key, count: int) -> float:
    """Return how much memory a token takes that is remembered, with what leads to it."""
    ring, now_s = KeyRing([_verifier(key)]), time.time()
    tokens = _signed(key, "first", count)
    verified = VerifiedTokens(_MANY)
    tracemalloc.start()
    try:
        for token in tokens:
            verified.remember(token.encode(), ring.verify(token, now_s)).add_asset("asset")
        return round(tracemalloc.get_traced_memory()[0] / count, 1)
    finally:
        tracemalloc.stop()


def _over_http(key: _Key, asked: Namespace, folder: Path) -> dict[str, Any]:
    asset = packaged(folder / "store")
    write_signing_key(key, folder / "signing")
    options = ("--signing-key", str(folder / "signing"), "--requests-per-client", "0")
    tokens = _signed(key, asset.playback_id, asked.tokens)
    with soundbridge(asset.folder, folder / "log", *options, cores=()) as server:
        paths = [_check_of(asset, token) for token in tokens]
        uncached_us = _asked(server, paths)
        cached_us = _asked(server, paths[-1:] * len(paths))
        return {
            "uncached_us": round(uncached_us, 1),
            "cached_us": round(cached_us, 1),
            "server_memory_mb": server.memory_mb(),
        }


def _check_of(asset: Asset, token: str) -> str:
    segment = next(iter(asset.segments.values()))[0]
    return f"/opens/{token}/play/media/{segment.split('/')[2]}"


def _asked(server: Server, paths: Sequence[str]) -> float:
    """Ask each of them; return what one takes of the server, in us, as a kernel counts in 10 ms."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    before_s = server.cpu_s()
    for path in paths:
        connection.request("GET", path)
        response = connection.getresponse()
        response.read()
        if response.status != http.HTTPStatus.NO_CONTENT:
            raise SystemExit(f"{path} is answered by {response.status}.")
    connection.close()
    return (server.cpu_s() - before_s) / len(paths) * 1e6
