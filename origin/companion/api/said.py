"""An answer as it goes to the client, before HTTP has its say in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from origin.companion.api.endpoint import Answer


@dataclass(frozen=True, slots=True)
class Said:
    """A status, fields, and JSON; None where the status says all."""

    status: HTTPStatus
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None

    @classmethod
    def of(cls, answer: Answer) -> "Said":
        """Write an answer down."""
        content = None if answer.content is None else answer.content.model_dump_json().encode()
        return cls(answer.status, answer.headers, content)
