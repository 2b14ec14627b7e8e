"""What is said of a user."""

from typing import Final, Literal

from pydantic import Field

from origin.companion.api.models import Given, Id, Moment, Taken
from origin.companion.api.text import Line
from origin.companion.identity.principal import Means, Role, Scope

RoleName = Literal["listener", "creator", "admin"]
ROLE_NAMES: Final[dict[Role, RoleName]] = {
    Role.LISTENER: "listener",
    Role.CREATOR: "creator",
    Role.ADMIN: "admin",
}


class AccountChange(Taken):
    """What is to be said from now on."""

    name: Line


class Account(Given):
    """Who you are, and what you show is good for."""

    id: Id
    name: str
    role: RoleName
    created_at: Moment
    scopes: list[Scope]
    means: Means


class Deed(Given):
    """Something that you did, or that was done with what you show."""

    action: str = Field(description="The operation, by its name here or at the command line.")
    object: str = Field(description="The id of what was changed; empty where there is none.")
    means: str
    credential_id: str = Field(description="Of the key or the session.")
    network: str = Field(description="Where from: a /24 or a /48, and no more.")
    happened_at: Moment
