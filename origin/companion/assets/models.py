"""What is said of an asset."""

from typing import Literal

from pydantic import Field

from origin.companion.api.models import Given, Id, Moment, Paged, Taken
from origin.companion.assets.rows import State


class AssetsAsked(Paged):
    """Which assets."""

    state: State | None = Field(None, description="Only those that are in this state.")


class Failure(Given):
    """Why it could not be packaged, or not again."""

    code: str = Field(description="Which failure it is, for programs.")
    sentence: str = Field(description="What happened.")
    detail: str | None = Field(description="What was found in the file, where that is the reason.")
    remedy: str = Field(description="What to do.")
    can_retry: bool = Field(description="Whether the same file may succeed another time.")


class Rung(Given):
    """One rendition. `bitrate_bps` is what the encoder was told."""

    name: str
    codec: str
    bitrate_bps: int
    state: Literal["preparing", "ready"]
    progress: float = Field(ge=0, le=1)
    segments: int


class SourceFacts(Given):
    """What was uploaded, as it was found; null is what the file does not tell."""

    sha256: str
    size_bytes: int
    container: str
    codec: str
    sample_rate_hz: int
    channels: int
    bits_per_sample: int | None
    bitrate_bps: int | None


class PlaybackId(Given):
    """The id in the addresses that play it: `/{id}.m3u8`, `/{id}.mpd`."""

    id: Id


class PlaybackIds(Given):
    """The playback ids of an asset; there is one."""

    items: list[PlaybackId]


class Asset(Given):
    """Packaged sound.

    `ready` is only said when every object of it answers. It may play before that (`is_playable`),
    and it stays `ready` while it is packaged again.
    """

    id: Id
    state: State
    progress: float = Field(ge=0, le=1, description="How much is packaged.")
    is_playable: bool
    is_packaging: bool = Field(description="Whether something is being packaged, or will be.")
    stalled: bool = Field(description="Whether nobody gets on with it; `advice` says what to do.")
    advice: str | None
    error: Failure | None
    playback_ids: list[PlaybackId]
    track_id: Id | None
    revision: Id | None = Field(description="Which packaging of it plays.")
    duration_s: float | None = Field(description="While it is packaged, what is expected.")
    source: SourceFacts | None
    rungs: list[Rung] = Field(
        description="Its renditions; in a list, those of what is not complete are left out."
    )
    notes: list[str] = Field(description="What its creator may miss.")
    created_at: Moment


class PackagingOptions(Taken):
    """How to package; what is left out stays as it is."""

    lossless: bool | None = Field(default=None, description="A FLAC rendition beside the others.")
    packed_audio: bool | None = Field(
        default=None, description="Every AAC rendition as packed audio (ADTS), too."
    )
