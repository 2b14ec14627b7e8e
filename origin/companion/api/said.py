"""An answer as it goes to the client, before HTTP has its say in it."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from http import HTTPStatus

from aiohttp import hdrs

from origin.companion.api.endpoint import Answer
from origin.companion.api.preconditions import tag_text
from origin.delivery.entity_tag import EntityTag


@dataclass(frozen=True, slots=True)
class Said:
    """A status, fields, and JSON; None where the status says all."""

    status: HTTPStatus
    headers: Mapping[str, str] = field(default_factory=dict)
    content: bytes | None = None
    version: int | None = None
    known_tag: str | None = None

    @property
    def tag(self) -> str:
        """What its entity tags begin with."""
        if self.known_tag is not None:
            return self.known_tag
        return tag_text(self.version, hashlib.sha256(self.content or b"").hexdigest())

    def with_tag(self) -> "Said":
        """Return it as it is said of a change: with the tag that a GET gives from then on."""
        if self.version is None:
            return self
        return replace(self, headers={**self.headers, hdrs.ETAG: str(EntityTag(self.tag))})

    def digested(self) -> "Said":
        """Return it with its tag, for what is said again and again."""
        return replace(self, known_tag=self.tag)

    def is_as(self, other: "Said") -> bool:
        """Tell whether the same goes to clients: a version does in the tag alone."""
        mine = (self.status, self.headers, self.tag, self.content)
        return mine == (other.status, other.headers, other.tag, other.content)

    @classmethod
    def of(cls, answer: Answer) -> "Said":
        """Write an answer down."""
        content = None if answer.content is None else answer.content.model_dump_json().encode()
        return cls(answer.status, answer.headers, content, answer.version)
