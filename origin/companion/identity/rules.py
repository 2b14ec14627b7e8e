"""What is whose, and who may see and change it: the one place that says so. Pure."""

from collections.abc import Iterable
from enum import StrEnum

from origin.companion.identity.principal import Means, Principal, Scope
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


def require_no_more(principal: Principal, scopes: Iterable[Scope], expires_s: float | None) -> None:
    """Raise Forbidden where a key would be good for more, or for longer, than what they show."""
    more = sorted(set(scopes) - principal.scopes)
    if more:
        raise Forbidden(f"What you show is not good for {', '.join(more)}; nor may this key be.")
    ends_s = principal.expires_s if principal.means is Means.KEY else None
    if ends_s is not None and (expires_s is None or expires_s > ends_s):
        raise Forbidden("The key that you show ends sooner; say a shorter time, or sign in.")
