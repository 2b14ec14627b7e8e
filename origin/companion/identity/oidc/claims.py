"""What the claims of a token say of a user: their name, and their role. Pure.

Identity providers say roles in different places: Supabase in ``app_metadata.role`` (never in
``user_metadata``, which users write themselves), Auth0 in a claim whose name is a URL, Keycloak in
the list ``realm_access.roles``. So a path's dots are tried as they are, and as steps.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError

from origin.companion.access import Issuers, RoleClaim
from origin.companion.api.text import LINE_LENGTH_MAX, Line
from origin.companion.identity.principal import Role

_LINE: Final[TypeAdapter[str]] = TypeAdapter(Line)
_NAMES: Final = ("name", "preferred_username", "nickname")
_OF_USERS: Final = "user_metadata"  # Supabase's
_UNWANTED: Final = re.compile(r"\s+")
_NAMELESS: Final = "New user"


def role_of(claims: Mapping[str, Any], issuers: Issuers) -> Role | None:
    """Return which role a token gives; None where roles are not said by tokens."""
    if not issuers.creators and not issuers.admins:
        return None
    if _any(claims, issuers.admins):
        return Role.ADMIN
    return Role.CREATOR if _any(claims, issuers.creators) else Role.LISTENER


def name_of(claims: Mapping[str, Any]) -> str:
    """Return what to call somebody."""
    of_users = claims.get(_OF_USERS)
    for place in (claims, of_users if isinstance(of_users, Mapping) else {}):
        for claim in (*_NAMES, "full_name"):
            said = place.get(claim)
            if isinstance(said, str):
                try:
                    return _LINE.validate_python(_UNWANTED.sub(" ", said)[:LINE_LENGTH_MAX])
                except ValidationError:
                    continue
    return _NAMELESS


def _any(claims: Mapping[str, Any], wanted: Iterable[RoleClaim]) -> bool:
    return any(_holds(claims, each) for each in wanted)


def _holds(claims: Mapping[str, Any], wanted: RoleClaim) -> bool:
    found = _at(claims, wanted.path.split("."))
    if isinstance(found, list):
        return wanted.value in found
    return isinstance(found, str) and found == wanted.value


def _at(claims: Any, steps: list[str]) -> Any:
    """Return what stands at a path; the longest name that is there is taken first."""
    if not steps:
        return claims
    if not isinstance(claims, Mapping):
        return None
    for length in range(len(steps), 0, -1):
        name = ".".join(steps[:length])
        if name in claims:
            return _at(claims[name], steps[length:])
    return None
