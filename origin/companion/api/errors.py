"""What is wrong with what a request says, field by field."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from origin.delivery.errors import BadRequest, Unprocessable


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field, and what is wrong with it.

    ``place`` is a JSON pointer in a body (``#/title``), or a parameter's name.
    """

    place: str
    detail: str


class BodyInvalid(Unprocessable):
    """The body is JSON, and not what is asked for here."""

    code = "body_invalid"

    def __init__(self, fields: Sequence[FieldError]) -> None:
        self.fields = fields
        super().__init__("The body is not what is asked for here: `errors` says where, and why.")

    def under(self, name: str) -> "BodyInvalid":
        """Return the same of a body in which this one is a member."""
        place = f"#/{name}"
        return BodyInvalid(
            [FieldError(place + each.place.removeprefix("#"), each.detail) for each in self.fields]
        )

    @property
    def members(self) -> Mapping[str, object]:
        """The fields (RFC 9457 §3)."""
        return {"errors": [{"pointer": each.place, "detail": each.detail} for each in self.fields]}


class QueryInvalid(BadRequest):
    """A parameter is not known here, or has no such value."""

    code = "query_invalid"

    def __init__(self, fields: Sequence[FieldError]) -> None:
        self.fields = fields
        super().__init__("The query is not what is asked for here: `errors` says where, and why.")

    @property
    def members(self) -> Mapping[str, object]:
        """The parameters."""
        return {
            "errors": [{"parameter": each.place, "detail": each.detail} for each in self.fields]
        }


class PartRefused(BadRequest):
    """A PUT of a part, which would be taken for all of it (RFC 9110 §14.5)."""

    code = "part_refused"

    def __init__(self) -> None:
        super().__init__(
            "A PUT is of all there is: send it whole, without Content-Range. To send a file in"
            " parts, upload it by tus."
        )
