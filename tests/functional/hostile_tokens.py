"""Tokens that nobody means well by: odd JSON, odd bytes, odd base64url, odd signatures.

Each is made by a seed. Most of them are signed by a key that is known, as what was signed is what
verifiers disagree about.
"""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Sequence
from random import Random
from typing import Any, Final

from jwt.algorithms import get_default_algorithms

from cdn.signing.keys import SigningKey
from cdn.signing.secret import SecretKey
from tests.functional.edge_tokens import ALPHABET, NOW_S

_CLAIMS: Final = [
    "aud", "exp", "nbf", "iat", "iss", "sub", "jti", "scope", "asset", "countries", "referrers",
    "no_referrer", "foo", "Aud", "aud\0", "", "__proto__", "constructor", "hasOwnProperty",
]  # fmt: skip
_HEADERS: Final = [
    "alg", "kid", "crit", "b64", "typ", "zip", "jwk", "jku", "cty", "__proto__",
]  # fmt: skip
_VALUES: Final[Sequence[Any]] = [
    "song", "a1", "", "Song", "song\n", "s\u00f3ng", "\ud800", "\ufffd", float("nan"),
    None, True, False, {}, [],
    0, -1, 1.5, -0.0, 1e-320, 2**53 + 1, 10**30, NOW_S, NOW_S + 60, NOW_S + 61, NOW_S + 60.5,
    253_402_300_799, 253_402_300_799.5, 253_402_300_800, "1e3", [NOW_S + 60],
    ["song"], ["song", "song"], [["song"]], [None],
    "play", "about", "play about", "play  about", " play", "play\tabout", "play\u00a0about",
    "DE", ["DE"], ["de"], ["DE", "XX"], ["D\u0130"], ["DE\n"],
    ["a.example"], ["*.a.example"], ["a.example:0443"], ["a.example:99999"], ["[::1]"],
    ["*.[::1]"], ["*"], ["a.example\n"], ["A.example"], ["https://a.example/"], ["app://x"],
    ["a..example"], ["a-.example"], ["\u212a.example"], [f"{'a.' * 130}e"], ["a.example", 1],
]  # fmt: skip
_ALGORITHMS: Final[Sequence[Any]] = [
    "none", "HS256", "hs256", "HS512", "ES256", "EdDSA", "Ed25519", None, [], 1, True, ["b64"],
    float("inf"),
]  # fmt: skip
_DOCUMENTS: Final = [
    "[]", "null", "1", '"x"', "{}", "[" * 1500,
    *('{"aud":"song","exp":%s}' % end for end in (  # noqa: UP031 braces
        "1e400", "-0", "18e8", "1800000060.0", "01800000060", "+1800000060", "1800000060,",
        "9" * 400, '1,"exp":1800000060', '1800000060,"exp":1', '1800000060,"x":1-2',
        '1800000060,"x":"\t"', '1800000060,"x":"\n","aud":"other"',
    )),
    '{"aud":"s\\u006fng","exp":1800000060}', '{"\\u0061ud":"song","exp":1800000060}',
]  # fmt: skip


class Hostile:
    """Makes tokens, signed by ``keys`` or nearly so."""

    def __init__(self, keys: Sequence[SecretKey | SigningKey], seed: int) -> None:
        self._keys = keys
        self._random = Random(seed)  # noqa: S311 to be made again

    def token(self) -> str:
        """Return the next one."""
        key = self._random.choice(self._keys)
        parts = [self._written(self._header(key)), self._written(self._claims())]
        if self._random.random() < 0.1:
            parts[0] = self._otherwise(parts[0])
        signed = ".".join(parts)
        algorithm = get_default_algorithms()[key.algorithm.value]
        signature = algorithm.sign(signed.encode(), algorithm.prepare_key(key.half))
        token = f"{signed}.{_base64url(signature)}"
        return self._otherwise(token) if self._random.random() < 0.2 else token

    def _header(self, key: SecretKey | SigningKey) -> bytes:
        header: dict[str, Any] = {"alg": key.algorithm.value, "kid": key.kid}
        if self._random.random() < 0.2:
            kids = [each.kid for each in self._keys]
            some = [*_ALGORITHMS, *kids, "__proto__", "constructor", f"{key.kid}\0"]
            header[self._random.choice(_HEADERS)] = self._random.choice(some)
        return self._spaced(header).encode()

    def _claims(self) -> bytes:
        claims: dict[str, Any] = {"aud": "song", "exp": NOW_S + 60, "asset": "a1"}
        for _ in range(self._random.choice([0, 0, 1, 1, 1, 2, 3])):
            claims[self._random.choice(_CLAIMS)] = self._random.choice(_VALUES)
        if self._random.random() < 0.05:
            claims.pop(self._random.choice(list(claims)))
        text = self._spaced(claims)
        if self._random.random() < 0.05:
            text = self._random.choice(_DOCUMENTS)
        return text.encode("utf-8", "replace")

    def _spaced(self, said: dict[str, Any]) -> str:
        separators = self._random.choice([(",", ":"), (", ", ": "), (" ,\n", ":\t")])
        return json.dumps(said, ensure_ascii=self._random.random() < 0.5, separators=separators)

    def _written(self, data: bytes) -> str:
        if self._random.random() < 0.05:
            change = self._random.choice(_CHANGES)
            data = change(data, self._random)
        return _base64url(data)

    def _otherwise(self, text: str) -> str:
        """Write a text in another way: one that stands for the same bytes, or for none."""
        at, other = self._random.randrange(len(text)), self._random.choice(f"{ALPHABET}.")
        return self._random.choice(
            [
                text[:-1] + self._random.choice(ALPHABET),
                text[:at] + other + text[at + 1 :],
                text[:at] + text[at + 1 :],
                text[:at] + other + text[at:],
                text + "A" * self._random.randrange(1, 4),
                text[: -self._random.randrange(1, 4)] or text,
                f"{text}.{text}",
            ]
        )


_CHANGES: Final[Sequence[Callable[[bytes, Random], bytes]]] = [
    lambda data, _: data + b"\0",
    lambda data, _: data + b"x",
    lambda data, _: data.replace(b":", b":\x0b", 1),
    lambda data, _: b"\xc2\xa0" + data,
    lambda data, _: b"\xef\xbb\xbf" + data,
    lambda data, _: data.replace(b"song", b"so\xed\xa0\x80ng", 1),
    lambda data, random: data.decode().encode(random.choice(["utf-16", "utf-16-le", "utf-32"])),
    lambda data, random: data[: random.randrange(len(data)) or 1],
    lambda data, random: data.replace(b'"', bytes([random.randrange(1, 256)]), 1),
]


def _base64url(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
