"""The cookie that holds a session's secret. Pure.

By https it has the prefix ``__Host-`` (RFC 6265bis §4.1.3): nobody but this very host has set it,
by https, so no other host of the domain can sign somebody in as somebody else.
"""

from typing import Final

NAME: Final = "soundbridge-session"
PREFIX: Final = "__Host-"


def name_of(*, secure: bool) -> str:
    """Return the cookie's name."""
    return PREFIX + NAME if secure else NAME


def setting(secret: str, *, secure: bool, life_s: int) -> str:
    """Return the field's value that has a browser keep a secret; without life it is forgotten."""
    return (
        f"{name_of(secure=secure)}={secret}; Path=/; Max-Age={life_s}; HttpOnly; SameSite=Lax"
        + ("; Secure" if secure else "")
    )
