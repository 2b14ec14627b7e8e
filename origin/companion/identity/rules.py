"""What is whose, and who may see and change it: the one place that says so. Pure."""

from enum import StrEnum

from origin.companion.identity.principal import Principal
from origin.delivery.errors import Forbidden, NotFound


class Visibility(StrEnum):
    """Who gets to know of something."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


def is_owner(principal: Principal | None, owner_id: str) -> bool:
    """Tell whether something is theirs, or they are an admin."""
    return principal is not None and (principal.is_admin or principal.user_id == owner_id)


def may_see(principal: Principal | None, owner_id: str, visibility: Visibility) -> bool:
    """Tell whether they may see what they know the id of."""
    return visibility is not Visibility.PRIVATE or is_owner(principal, owner_id)


def require_change(principal: Principal, owner_id: str, visibility: Visibility) -> None:
    """Raise Forbidden where they may not change something, NotFound where they may not see it."""
    if is_owner(principal, owner_id):
        return
    if not may_see(principal, owner_id, visibility):
        raise NotFound("There is nothing at this address.")
    raise Forbidden("This belongs to somebody else.")
