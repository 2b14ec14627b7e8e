"""What every model of the API is: closed, strict, and with times as RFC 3339 says them."""

from datetime import UTC, datetime
from typing import Annotated, Any, Final, Generic, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from manifests.layout import ID_PATTERN


class Taken(BaseModel):
    """What a request may say.

    What is not known is refused, not passed over: nothing is set that was not meant to be, and
    nothing misspelt is lost.
    """

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Change(Taken):
    """What is to be said from now on: what is left out stays, what is null is taken away.

    Fields that are always there have ``LEFT_OUT`` for a default, and null is no value of theirs.
    """

    def said(self) -> dict[str, Any]:
        """Return what was said, by its names in the database."""
        return self.model_dump(exclude_unset=True)


def _without_default(schema: dict[str, Any]) -> None:
    schema.pop("default", None)


LEFT_OUT: Final[Any] = Field(None, json_schema_extra=_without_default)


class Asked(BaseModel):
    """What a query may say; its values are text, and are read as what they have to be."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Given(BaseModel):
    """What an answer says."""

    model_config = ConfigDict(frozen=True, json_schema_serialization_defaults_required=True)


class NoQuery(Asked):
    """Nothing is asked for by parameters."""


class NoBody(Taken):
    """Nothing is said."""


def _rfc_3339(epoch_s: float) -> str:
    moment = datetime.fromtimestamp(epoch_s, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[
    float,
    PlainSerializer(_rfc_3339, return_type=str),
    WithJsonSchema({"type": "string", "format": "date-time"}, mode="serialization"),
]
"""Seconds since the epoch inside, RFC 3339 in UTC outside."""


def _whole(value: object) -> object:
    return int(value) if isinstance(value, float) and value.is_integer() else value


WHOLE: Final = BeforeValidator(_whole)
"""For integers in bodies: 1.0 is the same number as 1 (JSON Schema Validation §4.2.3)."""

Id = Annotated[str, Field(pattern=f"^{ID_PATTERN}$")]

_Item = TypeVar("_Item", bound=BaseModel)


class Page(Given, Generic[_Item]):
    """A part of a list; ``next`` is the cursor of the part behind it, null at the end."""

    items: list[_Item]
    next: str | None


Cursor = Annotated[str, Field(max_length=512, pattern=r"^[A-Za-z0-9_-]+$")]
"""As ``api.cursor`` writes it: base64url (RFC 4648 §5)."""

LIMIT_DEFAULT: Final = 20
LIMIT_MAX: Final = 100


class Paged(Asked):
    """Which part of a list."""

    limit: int = Field(LIMIT_DEFAULT, ge=1, le=LIMIT_MAX, description="How many at most.")
    cursor: Cursor | None = Field(
        None, description="The `next` of the part before; without it, the first."
    )
