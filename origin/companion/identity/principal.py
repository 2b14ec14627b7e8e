"""Who asks, and what that lets them do. Pure."""

from dataclasses import dataclass, field
from enum import IntEnum, StrEnum
from typing import Final


class Role(IntEnum):
    """What a user is; each may all that those before it may."""

    LISTENER = 1
    CREATOR = 2
    ADMIN = 3


class Scope(StrEnum):
    """What a credential is good for, within what its user may."""

    READ = "read"
    CATALOGUE = "catalogue"
    UPLOAD = "upload"
    WEBHOOKS = "webhooks"
    PLAYS = "plays"
    ACCOUNT = "account"
    PLAYBACK = "playback"
    """To issue playback tokens: of a backend that knows who listens."""


ALL_SCOPES: Final = frozenset(Scope)


class Means(StrEnum):
    """How somebody showed who they are."""

    KEY = "key"
    TOKEN = "token"  # noqa: S105 a kind of credential
    SESSION = "session"


@dataclass(frozen=True, slots=True)
class Principal:
    """A user who showed who they are.

    ``credential_id`` is that of the key or the session, ``expires_s`` when what they show ends by
    itself, None where it does not. ``digest`` is what is kept of a key's secret: a key that was
    rotated is good with another one.
    """

    user_id: str
    role: Role
    scopes: frozenset[Scope]
    means: Means
    credential_id: str = ""
    expires_s: float | None = None
    digest: str = field(default="", repr=False)

    @property
    def is_admin(self) -> bool:
        """Whether rules about rows do not hold for them."""
        return self.role is Role.ADMIN
