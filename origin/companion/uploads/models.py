"""What is said of an upload."""

import re
from enum import StrEnum
from typing import Annotated, Any, Final

from pydantic import AfterValidator, ConfigDict, Field, StringConstraints, model_validator

from origin.companion.api.models import WHOLE, Given, Id, Moment, Taken
from origin.companion.api.text import FileName, Matching
from origin.companion.catalogue.tracks.models import NewTrack
from origin.companion.uploads.states import State, Way

SIZE_BYTES_MAX = 2**53 - 1
"""What a JSON number holds everywhere (RFC 8259 §6)."""

Size = Annotated[int, Field(ge=1, le=SIZE_BYTES_MAX), WHOLE]
Sha256 = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

_ADDRESS: Final = r"^https?://[!\x22$-.0->A-~]+(?:[/?#][!-~]*)?$"
"""No ``@`` is in what comes before the path."""


def _address(value: str) -> str:
    scheme, _, rest = value.partition("://")
    if scheme not in {"http", "https"} or re.search(r"[^!-~]", rest):
        raise ValueError("give an address that begins with https://, in ASCII and without spaces")
    if "@" in re.split("[/?#]", rest, maxsplit=1)[0]:
        raise ValueError("an address with a name and a password in it is not fetched from")
    if not re.match(_ADDRESS, value):
        raise ValueError("it names no host")
    return value


Address = Annotated[
    str,
    StringConstraints(min_length=10, max_length=2_048),
    AfterValidator(_address),
    Matching(_ADDRESS),
]


class WayWanted(StrEnum):
    """How the file is to be sent."""

    CHOOSE = "choose"
    PUT = "put"
    TUS = "tus"
    S3 = "s3"


def _not_both(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    both = one | other
    return {"not": {"required": list(both), "properties": both}}


class UploadDraft(Taken):
    """A file that is to come, or to be fetched from `url`."""

    model_config = ConfigDict(
        json_schema_extra={
            "allOf": [
                _not_both({"track_id": {"type": "string"}}, {"track": {"type": "object"}}),
                _not_both({"url": {"type": "string"}}, {"way": {"enum": ["put", "tus", "s3"]}}),
            ]
        }
    )

    name: FileName = Field("source", description="Of the file; it may become a title.")
    size_bytes: Size | None = None
    sha256: Sha256 | None = Field(None, description="Of the file; what comes is held against it.")
    way: Annotated[WayWanted, Field(strict=False)] = WayWanted.CHOOSE
    url: Address | None = Field(None, description="Where it is fetched from, in place of sending.")
    lossless: bool = Field(False, description="Make a rendition of FLAC, too.")
    packed_audio: bool = Field(False, description="For players that know no fMP4, too.")
    track_id: Id | None = Field(None, description="Whose sound it will be.")
    track: NewTrack | None = Field(None, description="A track to make for it.")

    @model_validator(mode="after")
    def _one_of_each(self) -> "UploadDraft":
        if self.track_id is not None and self.track is not None:
            raise ValueError("say track_id or track, not both")
        if self.url is not None and self.way is not WayWanted.CHOOSE:
            raise ValueError("what is fetched from a url is not sent in any way")
        return self


class Send(Given):
    """Where to send the file; null where it cannot be sent so.

    `put`: one PUT of all of it. `tus`: PATCH as tus 1.0 says; the upload is made already. `s3`:
    POST for presigned addresses of parts, then POST to `s3/complete`.
    """

    put: str | None
    tus: str | None
    s3: str | None


class Failure(Given):
    """Why nothing came of it, or why nothing is left of that: `asset_deleted`.

    `track_deleted` says that the track it was for was deleted while it was being sent.
    """

    code: str
    detail: str


class Upload(Given):
    """An upload. `duplicate_of` is another asset of yours that was made of the same file."""

    id: Id
    state: State
    name: str
    asset_id: Id
    playback_id: Id
    track_id: Id | None
    way: Way | None
    send: Send | None = Field(description="Null where nothing more is to be sent.")
    size_bytes: int | None
    received_bytes: int
    sha256: str | None = Field(
        description="As it was seen, by packaging at the latest; until then as you said it."
    )
    duplicate_of: Id | None
    lossless: bool
    packed_audio: bool
    error: Failure | None
    created_at: Moment
    expires_at: Moment | None
    completed_at: Moment | None
