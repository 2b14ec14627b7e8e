"""Requests under playback tokens, and what edges that verify these by themselves have to say."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass
from string import ascii_lowercase, ascii_uppercase, digits
from typing import Any

import jwt
from hypothesis import strategies as st
from jwt.utils import base64url_encode

from cdn.errors import TokenRefused
from cdn.signing.bounds import Circumstances
from cdn.signing.scope import scope_of_path
from cdn.signing.secret import SecretKey
from cdn.signing.token import TOKEN_CHARACTERS_MAX, KeyRing

NOW_S = 1_800_000_000
KEY = SecretKey("2027", bytes(range(32)))
OTHER = SecretKey("other", bytes(32))
RING = KeyRing([KEY])
ENTRY = "/song.m3u8"
SEGMENT = "/media/a1/r1/128k/00001.m4s"


@dataclass(frozen=True)
class Asked:
    """A request of a player; ``country`` is what the edge knows of it."""

    path: str
    token: str | None = None
    method: str = "GET"
    country: str | None = None
    origin: str | None = None
    referer: str | None = None

    @property
    def target(self) -> str:
        return self.path if self.token is None else f"/t/{self.token}{self.path}"

    @property
    def headers(self) -> dict[str, str]:
        both = {"origin": self.origin, "referer": self.referer}
        return {name: said for name, said in both.items() if said is not None}


def token(**claims: Any) -> str:
    """Sign any claims at all; None takes one away."""
    said = {"aud": "song", "exp": NOW_S + 60, "asset": "a1"} | claims
    there = {name: each for name, each in said.items() if each is not None}
    return jwt.encode(there, KEY.half, "HS256", headers={"kid": KEY.kid})


def signed_with(key: bytes, kid: Any, algorithm: str = "HS256") -> str:
    claims = {"aud": "song", "exp": NOW_S + 60, "asset": "a1"}
    return jwt.encode(claims, key, algorithm, headers={"kid": kid})


def compact(value: object) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def headed(**header: Any) -> str:
    """Sign what is good, by HS256, whatever its header says."""
    parts = [{"typ": "JWT", "kid": KEY.kid, **header}, {"aud": "song", "exp": NOW_S + 60}]
    signed = b".".join(base64url_encode(compact(each)) for each in parts)
    signature = hmac.new(KEY.half, signed, "sha256").digest()
    return b".".join([signed, base64url_encode(signature)]).decode()


def signed_as_it_is(payload: bytes) -> str:
    return jwt.api_jws.encode(payload, KEY.half, "HS256", headers={"kid": KEY.kid})


def respelt(part: str) -> str:
    """Write the same bytes in base64url in another way: by bits that stand for none."""
    last = ALPHABET[ALPHABET.index(part[-1]) ^ 1]
    assert len(part) % 4 in {2, 3}
    return part[:-1] + last


def signed_as_respelt() -> str:
    signed = f"{respelt(HEAD)}.{BODY}".encode()
    signature = hmac.new(KEY.half, signed, "sha256").digest()
    return b".".join([signed, base64url_encode(signature)]).decode()


ALPHABET = f"{ascii_uppercase}{ascii_lowercase}{digits}-_"
GOOD = token()
HEAD, BODY, SIGNATURE = GOOD.split(".")
LONG = token(jti="x" * TOKEN_CHARACTERS_MAX)
NO_UTF_8 = signed_as_it_is(b'{"aud":"song","exp":%d,"x":"\xff"}' % (NOW_S + 60))
UNKNOWN_CHARACTER = signed_as_it_is(b'{"aud":"song","exp":%d,"x":"\xef\xbf\xbd"}' % (NOW_S + 60))
TABLE: Sequence[tuple[str, Asked, int]] = [
    ("entry", Asked(ENTRY, GOOD), 0),
    ("segment", Asked(SEGMENT, GOOD), 0),
    ("growing", Asked("/growing/a1/r1/128k/playlist.m3u8", GOOD), 0),
    ("packed audio", Asked("/song.packed.m3u8", GOOD), 0),
    ("metadata", Asked("/song.json", GOOD), 0),
    ("HEAD", Asked(ENTRY, GOOD, "HEAD"), 0),
    ("aud as a list", Asked(ENTRY, token(aud=["song"])), 0),
    ("nbf a little ahead", Asked(ENTRY, token(nbf=NOW_S + 60)), 0),
    ("all that may be said", Asked(ENTRY, token(iat=1, nbf=1.5, iss="i", sub="s", jti="j")), 0),
    ("no token", Asked(ENTRY), 401),
    ("no token at a segment", Asked(SEGMENT), 401),
    ("no token at a waveform", Asked("/media/a1/r1/waveform.dat"), 401),
    ("no token at a cover, which lists show", Asked("/media/a1/r1/artwork-64.jpg"), 0),
    ("no token where players are steered, as at the origin", Asked("/steering/song"), 0),
    ("a cover of another asset", Asked("/media/a2/r1/artwork-64.jpg", GOOD), 403),
    ("another key by that name", Asked(ENTRY, signed_with(OTHER.half, KEY.kid)), 401),
    ("a key that is not known", Asked(ENTRY, signed_with(OTHER.half, OTHER.kid)), 401),
    (
        "no name of a key",
        Asked(ENTRY, jwt.encode({"aud": "song", "exp": NOW_S + 9}, KEY.half)),
        401,
    ),
    ("another algorithm", Asked(ENTRY, signed_with(KEY.half * 2, KEY.kid, "HS512")), 401),
    ("a header that lies", Asked(ENTRY, headed(alg="HS512")), 401),
    ("a header that tells the truth", Asked(ENTRY, headed(alg="HS256")), 0),
    ("what is not understood", Asked(ENTRY, headed(alg="HS256", crit=["x"], x=1)), 401),
    ("a longer signature", Asked(ENTRY, f"{GOOD}A"), 401),
    ("alg none", Asked(ENTRY, f"eyJhbGciOiJub25lIiwia2lkIjoiMjAyNyJ9.{BODY}.AA"), 401),
    ("another body", Asked(ENTRY, f"{HEAD}.{token(aud='other').split('.')[1]}.{SIGNATURE}"), 401),
    ("half a signature", Asked(ENTRY, f"{HEAD}.{BODY}.{SIGNATURE[:20]}"), 401),
    ("a signature in another spelling", Asked(ENTRY, f"{HEAD}.{BODY}.{respelt(SIGNATURE)}"), 401),
    ("a header in another spelling", Asked(ENTRY, signed_as_respelt()), 401),
    ("what no bytes are written as", Asked(ENTRY, f"{HEAD}.{BODY}.{SIGNATURE[:41]}"), 401),
    ("no JSON", Asked(ENTRY, "AAAA.AAAA.AAAA"), 401),
    ("two parts", Asked(ENTRY, f"{HEAD}.{BODY}"), 401),
    ("too long", Asked(ENTRY, LONG), 401),
    ("expired", Asked(ENTRY, token(exp=NOW_S)), 401),
    ("not yet good", Asked(ENTRY, token(nbf=NOW_S + 61)), 401),
    ("without an end", Asked(ENTRY, token(exp=None)), 401),
    ("an end that is a text", Asked(ENTRY, token(exp=str(NOW_S + 9))), 401),
    ("an end that is true", Asked(ENTRY, token(exp=True)), 401),
    ("an end beyond all", Asked(ENTRY, token(exp=10**13)), 401),
    ("without aud", Asked(ENTRY, token(aud=None)), 401),
    ("two audiences", Asked(ENTRY, token(aud=["song", "other"])), 401),
    ("aud that is no id", Asked(ENTRY, token(aud="Song")), 401),
    ("what others understand", Asked(ENTRY, token(azp="app", roles=["a", "b"], age=-1.5e3)), 0),
    ("what stands for no character", Asked(ENTRY, UNKNOWN_CHARACTER), 0),
    ("what nobody need understand", Asked(ENTRY, token(**{"": [], "__proto__": True})), 0),
    ("a bound that is not understood", Asked(ENTRY, token(cnf={"jkt": "x"})), 401),
    ("a bound that is misspelt", Asked(ENTRY, token(country="DE")), 401),
    ("a bound of another standard", Asked(ENTRY, token(cdniip="192.0.2.1")), 401),
    ("asset that is no id", Asked(ENTRY, token(asset="../a1")), 401),
    ("scope that is no text", Asked(ENTRY, token(scope=["play"])), 401),
    ("no countries at all", Asked(ENTRY, token(countries=[])), 401),
    ("a country in small letters", Asked(ENTRY, token(countries=["de"])), 401),
    ("no_referrer without referrers", Asked(ENTRY, token(no_referrer=True)), 401),
    ("a page that is none", Asked(ENTRY, token(referrers=["example.com/path"])), 401),
    ("another entry", Asked("/other.m3u8", GOOD), 403),
    ("an entry that begins alike", Asked("/song2.m3u8", GOOD), 403),
    ("another asset", Asked("/media/a2/r1/128k/00001.m4s", GOOD), 403),
    ("an asset, but none is said", Asked(SEGMENT, token(asset=None)), 403),
    ("the entry, and no asset is said", Asked(ENTRY, token(asset=None)), 0),
    ("about, and play is asked for", Asked(ENTRY, token(scope="about")), 403),
    ("about, and metadata is asked for", Asked("/song.json", token(scope="about")), 0),
    (
        "about, and a cover is asked for",
        Asked("/media/a1/r1/artwork-64.jpg", token(scope="about")),
        0,
    ),
    (
        "play, and a waveform is asked for",
        Asked("/media/a1/r1/waveform.dat", token(scope="play")),
        403,
    ),
    ("an unknown scope", Asked(ENTRY, token(scope="admin")), 403),
    ("both scopes", Asked("/song.json", token(scope="about play")), 0),
    ("not below an asset", Asked("/media/a1", GOOD), 404),
    ("the API", Asked("/v1/tracks", GOOD), 404),
    ("a picture", Asked("/artwork/t/a/64-00.jpg", GOOD), 404),
    ("a token in a token", Asked(f"/t/{GOOD}{ENTRY}", GOOD), 404),
    ("up to another asset", Asked("/media/a1/../a2/r1/128k/00001.m4s", GOOD), 404),
    ("up by an escape", Asked("/media/a1/%2e%2e/a2/x.m4s", GOOD), 404),
    ("a slash by an escape", Asked("/media/a1/..%2fa2%2fx.m4s", GOOD), 404),
    ("an empty segment", Asked("/media/a1//x.m4s", GOOD), 404),
    ("a backslash", Asked("/media/a1/..\\a2\\x.m4s", GOOD), 404),
    ("country", Asked(ENTRY, token(countries=["DE"]), country="DE"), 0),
    ("another country", Asked(ENTRY, token(countries=["DE"]), country="FR"), 403),
    ("no country", Asked(ENTRY, token(countries=["DE"])), 403),
    ("Tor", Asked(ENTRY, token(countries=["XX"]), country="XX"), 403),
    ("page", Asked(ENTRY, token(referrers=["a.example"]), referer="https://a.example/x"), 0),
    ("page by origin", Asked(ENTRY, token(referrers=["a.example"]), origin="https://a.example"), 0),
    (
        "another page",
        Asked(ENTRY, token(referrers=["a.example"]), referer="https://b.example/"),
        403,
    ),
    (
        "an origin with a path",
        Asked(ENTRY, token(referrers=["a.example"]), origin="https://a.example/"),
        403,
    ),
    (
        "a page beyond all",
        Asked(ENTRY, token(referrers=["a.example"]), referer=f"https://a.example/{'x' * 4096}"),
        403,
    ),
    ("no page", Asked(ENTRY, token(referrers=["a.example"])), 403),
    ("no page, which is good", Asked(ENTRY, token(referrers=["a.example"], no_referrer=True)), 0),
    ("null", Asked(ENTRY, token(referrers=["a.example"], no_referrer=True), origin="null"), 403),
]


HOSTS = st.sampled_from(["a.example", "b.a.example", "c.b.a.example", "aa.example", "[::1]"])
PATTERNS = st.builds(
    "{}{}{}{}".format,
    st.sampled_from(["", "", "https://", "http://", "app://"]),
    st.sampled_from(["", "*."]),
    HOSTS.filter(lambda host: not host.startswith("[")),
    st.sampled_from(["", "", ":443", ":8080", ":080"]),
)
PAGES = st.one_of(
    st.none(),
    st.sampled_from(
        ["", "null", "https://", "a.example", "https://u@a.example/", "HTTPS://A.example"]
    ),
    st.builds(
        "{}://{}{}{}".format,
        st.sampled_from(["https", "http", "app"]),
        HOSTS,
        st.sampled_from(["", ":", ":443", ":80", ":8080", ":08080"]),
        st.sampled_from(["", "/", "/x?y#z", "?q"]),
    ),
)
COUNTRIES = st.sampled_from(["DE", "FR", "XX", "T1"])


def at_home(
    text: str, path: str, circumstances: Circumstances, now_s: float, ring: KeyRing = RING
) -> int:
    """Return what the origin would say of it: 0, 401 or 403."""
    try:
        known = ring.verify(text, now_s)
    except TokenRefused:
        return 401
    first = path.split("/")[1]
    is_behind = path.startswith(f"/media/{known.asset_id}/") if first == "media" else None
    is_open = first.partition(".")[0] == known.playback_id if is_behind is None else is_behind
    is_let = known.bounds.allow(circumstances) and scope_of_path(path) in known.scopes
    return 0 if is_open and is_let else 403


CLAIMS = st.dictionaries(
    st.sampled_from(
        [
            "aud",
            "exp",
            "nbf",
            "iat",
            "iss",
            "jti",
            "scope",
            "asset",
            "countries",
            "referrers",
            "no_referrer",
            "foo",
            "country",
        ]
    ),
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-1, NOW_S * 2),
        st.floats(allow_nan=False, allow_infinity=False),
        st.sampled_from(["song", "a1", "", "play", "play about", "play  about", "DE", "A B"]),
        st.lists(st.sampled_from(["song", "DE", "a.example", "*.a.example", 1, None]), max_size=2),
        st.just({}),
    ),
    max_size=5,
)
