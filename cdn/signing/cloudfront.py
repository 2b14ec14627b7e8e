"""CloudFront's own signed URLs and cookies, for what needs a key group to get in. Pure.

A statement says which resource, until when, and maybe from when on and from which IPv4 network. One
that says no more than a URL and an end is *canned*: it is not sent, since CloudFront can make it up
from the request, byte by byte, so its form is fixed. All others are *custom*, and are sent.
Statements, their order and the alphabet of base64 are those of the CloudFront Developer Guide
("Create a signed URL using a canned policy", "... a custom policy"), and botocore's.

Signatures are by SHA-256, which has to be said: without ``Hash-Algorithm``, CloudFront takes them
to be by SHA-1. Keys are RSA of 2,048 bits (PKCS #1 v1.5) or P-256 (ECDSA, in DER), as a key group
takes them ("Create key pairs for your signers").
"""

import json
import re
from base64 import b64encode
from dataclasses import dataclass, field
from ipaddress import AddressValueError, IPv4Network, NetmaskValueError
from typing import Final

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from cdn.errors import NotSignable, UnusableKey

HASH_ALGORITHM: Final = "SHA256"
RSA_BITS: Final = 2048
_ALPHABET: Final = str.maketrans("+=/", "-_~")
_URL: Final = re.compile(r"https?://[A-Za-z0-9.*?-]+(?::[0-9]{1,5})?/[\x21\x22\x24-\x7e]*")
"""Without a fragment, which is never sent, and with all else escaped."""
_OURS: Final = re.compile(
    r"[?&](?:Expires|Policy|Signature|Key-Pair-Id|Hash-Algorithm)(?:[=&]|$)", re.IGNORECASE
)
_KEY_PAIR_ID: Final = re.compile(r"[A-Za-z0-9]{1,64}")
_WILDCARD: Final = "*"


@dataclass(frozen=True, slots=True)
class Statement:
    """What is let in: a URL, in which ``*`` and ``?`` may stand for others, for how long, to whom.

    Times are whole seconds of Unix time, ``starts_at_s`` not being among them.
    """

    resource: str
    expires_at_s: int
    starts_at_s: int | None = None
    network: str | None = None

    def __post_init__(self) -> None:
        """Raise NotSignable where CloudFront would take none of it."""
        if not _URL.fullmatch(self.resource):
            raise NotSignable(f"{self.resource!r} is no http(s) URL with a path, in ASCII")
        if self.starts_at_s is not None and self.starts_at_s >= self.expires_at_s:
            raise NotSignable("it would begin when it is over")
        if self.network is not None:
            _network(self.network)

    @property
    def is_canned(self) -> bool:
        """Whether CloudFront can make it up from the request."""
        return self.starts_at_s is None and self.network is None and _WILDCARD not in self.resource

    def to_json(self) -> str:
        """Return it as it is signed."""
        condition: dict[str, dict[str, int | str]] = {
            "DateLessThan": {"AWS:EpochTime": self.expires_at_s}
        }
        if self.network is not None:
            condition["IpAddress"] = {"AWS:SourceIp": str(_network(self.network))}
        if self.starts_at_s is not None:
            condition["DateGreaterThan"] = {"AWS:EpochTime": self.starts_at_s}
        statement = {"Resource": self.resource, "Condition": condition}
        return json.dumps({"Statement": [statement]}, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class CloudFrontKey:
    """A private key, and by which name the key group knows its public half."""

    key_pair_id: str
    half: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def read(cls, key_pair_id: str, pem: bytes) -> "CloudFrontKey":
        """Read a private key in PEM; UnusableKey where CloudFront takes none such."""
        if not _KEY_PAIR_ID.fullmatch(key_pair_id):
            raise UnusableKey(f"{key_pair_id!r} is no id of a CloudFront public key")
        try:
            half = serialization.load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise UnusableKey("it is no private key in PEM without a password") from error
        match half:
            case rsa.RSAPrivateKey(key_size=2048):
                return cls(key_pair_id, half)
            case ec.EllipticCurvePrivateKey(curve=ec.SECP256R1()):
                return cls(key_pair_id, half)
            case _:
                raise UnusableKey(f"it is neither RSA of {RSA_BITS} bits nor P-256")

    def sign(self, message: bytes) -> bytes:
        """Return the signature of a message."""
        if isinstance(self.half, rsa.RSAPrivateKey):
            return self.half.sign(message, padding.PKCS1v15(), hashes.SHA256())
        return self.half.sign(message, ec.ECDSA(hashes.SHA256()))


def signed_url(url: str, statement: Statement, key: CloudFrontKey) -> str:
    """Return a URL as CloudFront lets it in; raises NotSignable where it cannot be signed."""
    if not _URL.fullmatch(url) or _OURS.search(url):
        raise NotSignable(f"{url!r} is no http(s) URL in ASCII without parameters of CloudFront")
    if statement.is_canned and statement.resource != url:
        raise NotSignable("what CloudFront makes up is about the URL itself")
    parameters = "&".join(f"{name}={value}" for name, value in _parts(statement, key).items())
    return f"{url}{'&' if '?' in url else '?'}{parameters}"


def signed_cookies(statement: Statement, key: CloudFrontKey) -> dict[str, str]:
    """Return cookies by name, which let a browser in to all that a statement's resource means."""
    return {f"CloudFront-{name}": value for name, value in _parts(statement, key).items()}


def _parts(statement: Statement, key: CloudFrontKey) -> dict[str, str]:
    policy = statement.to_json().encode()
    said = (
        {"Expires": str(statement.expires_at_s)}
        if statement.is_canned
        else {"Policy": _base64(policy)}
    )
    return {
        **said,
        "Signature": _base64(key.sign(policy)),
        "Key-Pair-Id": key.key_pair_id,
        "Hash-Algorithm": HASH_ALGORITHM,
    }


def _base64(data: bytes) -> str:
    """Return base64 in characters that a query and a cookie take."""
    return b64encode(data).decode().translate(_ALPHABET)


def _network(text: str) -> IPv4Network:
    try:
        return IPv4Network(text)
    except (AddressValueError, NetmaskValueError, ValueError) as error:
        raise NotSignable(
            f"{text!r} is no IPv4 address or network; CloudFront's statements know no IPv6"
        ) from error
