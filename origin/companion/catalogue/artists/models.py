"""What is said of an artist."""

from typing import Annotated, Final

from pydantic import Field

from origin.companion.api.models import LEFT_OUT, Change, Given, Id, Moment, Taken
from origin.companion.api.text import Line, Paragraphs

HANDLE_PATTERN: Final = r"^[a-z0-9][a-z0-9-]{1,62}$"

Handle = Annotated[
    str, Field(pattern=HANDLE_PATTERN, description="The name in addresses; nobody else has it.")
]


class ArtistDraft(Taken):
    """An artist that is to be."""

    name: Line
    handle: Handle
    description: Paragraphs = ""


class ArtistChange(Change):
    """What is to be said from now on; what is left out stays."""

    name: Line = LEFT_OUT
    handle: Handle = LEFT_OUT
    description: Paragraphs = LEFT_OUT


class Artist(Given):
    """An artist."""

    id: Id
    name: str
    handle: str
    description: str
    follower_count: int
    created_at: Moment
    updated_at: Moment
