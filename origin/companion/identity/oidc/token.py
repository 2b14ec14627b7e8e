"""Whether a token of an identity provider is good (RFC 7519, RFC 8725). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import jwt
from jwt.exceptions import PyJWTError

from origin.companion.identity.oidc.keys import ALGORITHMS, VerifyingKey
from origin.delivery.errors import CredentialsInvalid

LEEWAY_S: Final = 60.0
LENGTH_MAX: Final = 8_192
SUBJECT_LENGTH_MAX: Final = 255
_MOMENT_MAX: Final = 2.0**63
_TYPES: Final = frozenset({"jwt", "at+jwt", "application/at+jwt"})  # RFC 9068 §4
_BEARERS: Final = (None, "Bearer")
"""What Keycloak says in the claim ``typ`` of what is shown to APIs; of others: ID, Refresh, ..."""


@dataclass(frozen=True, slots=True)
class Unverified:
    """What a token says of itself; nothing of it is true yet."""

    issuer: str
    algorithm: str
    kid: str | None


def look_into(text: str) -> Unverified:
    """Return by whom a token claims to be, and how it is signed; raises CredentialsInvalid."""
    if len(text) > LENGTH_MAX:
        raise CredentialsInvalid("This token is too long.")
    try:
        head = jwt.get_unverified_header(text)
        said = jwt.decode(text, options={"verify_signature": False})
    except (PyJWTError, ValueError, RecursionError) as error:
        raise CredentialsInvalid("This is no JSON Web Token.") from error
    kid, algorithm, issuer = head.get("kid"), head.get("alg"), said.get("iss")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise CredentialsInvalid("This token is not signed in a way that is taken here.")
    kind = head.get("typ", "JWT")
    if not isinstance(kind, str) or kind.lower() not in _TYPES:
        raise CredentialsInvalid("This token is not of a kind that is taken here.")
    if not isinstance(issuer, str) or not (kid is None or isinstance(kid, str)):
        raise CredentialsInvalid("This token does not say by whom it is.")
    return Unverified(issuer, algorithm, kid)


def key_for(keys: Sequence[VerifyingKey], unverified: Unverified) -> VerifyingKey | None:
    """Return the key that a token is signed with, None where it is not among these.

    Without a ``kid``, there has to be one alone that it may be.
    """
    fitting = [key for key in keys if unverified.algorithm in key.algorithms]
    if unverified.kid is not None:
        return next((key for key in fitting if key.kid == unverified.kid), None)
    return fitting[0] if len(fitting) == 1 else None


def verified(
    text: str,
    unverified: Unverified,
    key: VerifyingKey,
    audiences: Sequence[str],
    now_s: float,
) -> Mapping[str, Any]:
    """Return what a token says, all of which holds; raises CredentialsInvalid."""
    try:
        said: Mapping[str, Any] = jwt.decode(
            text,
            key.key.key,
            algorithms=[unverified.algorithm],
            audience=list(audiences),
            options={
                "require": ["exp", "iss", "sub", "aud"],
                "verify_exp": False,  # by our clock, below
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except (PyJWTError, ValueError, TypeError) as error:
        raise CredentialsInvalid(
            "This token is not good here: it is for another, or forged."
        ) from (error)
    _check_times(said, now_s)
    subject = said["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= SUBJECT_LENGTH_MAX:
        raise CredentialsInvalid("This token does not say whose it is.")
    if "\0" in subject or said.get("typ") not in _BEARERS:
        raise CredentialsInvalid("This token is not one to show here; show the access token.")
    return said


def _check_times(said: Mapping[str, Any], now_s: float) -> None:
    expires_s, begins_s, issued_s = said["exp"], said.get("nbf", 0), said.get("iat", 0)
    if not all(map(_is_moment, (expires_s, begins_s, issued_s))):
        raise CredentialsInvalid("This token does not say how long it is good.")
    if not expires_s > now_s - LEEWAY_S:
        raise CredentialsInvalid("This token is not good any more. Get a new one.")
    if not max(begins_s, issued_s) <= now_s + LEEWAY_S:
        raise CredentialsInvalid("This token is not good yet. Are the clocks right?")


def _is_moment(said: object) -> bool:
    if isinstance(said, bool) or not isinstance(said, int | float):
        return False
    return abs(said) < _MOMENT_MAX
