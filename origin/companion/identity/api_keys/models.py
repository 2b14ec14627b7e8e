"""What is said of an API key."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field

from origin.companion.api.models import WHOLE, Given, Id, Moment, Taken
from origin.companion.api.text import Line
from origin.companion.identity.principal import Scope

_DAY_S: Final = 86_400
LIFE_S_MIN: Final = 60
LIFE_S_MAX: Final = 5 * 366 * _DAY_S
OVERLAP_S_MAX: Final = 30 * _DAY_S


def _each_once(scopes: list[Scope]) -> list[Scope]:
    return sorted(set(scopes))


Scopes = Annotated[
    list[Scope],
    Field(min_length=1, max_length=2 * len(Scope)),
    AfterValidator(_each_once),
]


class KeyDraft(Taken):
    """A key that is to be."""

    name: Line
    scopes: Scopes = Field(description="What it is good for; at most what you show is good for.")
    expires_in_s: Annotated[int, Field(ge=LIFE_S_MIN, le=LIFE_S_MAX), WHOLE] | None = Field(
        None, description="How long it is good; without it, for ever."
    )


class Rotation(Taken):
    """How to change over to another secret."""

    overlap_s: Annotated[int, Field(ge=0, le=OVERLAP_S_MAX), WHOLE] = Field(
        _DAY_S, description="How long the old secret is still good."
    )


class ApiKey(Given):
    """A key. `used_at` is a minute behind."""

    id: Id
    name: str
    scopes: list[Scope]
    created_at: Moment
    expires_at: Moment | None
    used_at: Moment | None
    old_secret_expires_at: Moment | None


class ShownKey(ApiKey):
    """A key with its secret, which is shown this once."""

    key: str = Field(description="What to send as `Authorization: Bearer ...`.")
