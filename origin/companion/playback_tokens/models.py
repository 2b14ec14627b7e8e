"""What is said of a playback token."""

from typing import Annotated, Final

from pydantic import AfterValidator, Field, StringConstraints

from cdn.signing.bounds import COUNTRY_PATTERN
from cdn.signing.referrer import PATTERN, ReferrerPattern
from cdn.signing.scope import Scope
from origin.companion.api.models import WHOLE, Given, Id, Moment, Taken
from origin.companion.api.text import Matching

LIFE_S: Final = 4 * 3600
LIFE_S_MIN: Final = 30
LIFE_S_MAX: Final = 7 * 86_400
"""Nobody can take a token back but by taking its key away, so it ends by itself within a week."""
COUNTRIES_MAX: Final = 60
PAGES_MAX: Final = 6
_PAGE_LENGTH_MAX: Final = 100
"""All together fit into ``TOKEN_CHARACTERS_MAX``."""


def _page(value: str) -> str:
    return str(ReferrerPattern.of(value))


def _each_once(values: list[str]) -> list[str]:
    return sorted(set(values))


Scopes = Annotated[
    list[Scope], Field(min_length=1, max_length=2 * len(Scope)), AfterValidator(_each_once)
]
Country = Annotated[str, Field(pattern=f"^{COUNTRY_PATTERN}$")]
Countries = Annotated[
    list[Country], Field(min_length=1, max_length=COUNTRIES_MAX), AfterValidator(_each_once)
]
Page = Annotated[
    str,
    StringConstraints(max_length=_PAGE_LENGTH_MAX),
    AfterValidator(_page),
    Matching(f"^{PATTERN}$"),
]
Pages = Annotated[list[Page], Field(min_length=1, max_length=PAGES_MAX), AfterValidator(_each_once)]


class PlaybackTokenDraft(Taken):
    """A token that is to be. What it is not limited to, it is good for."""

    playback_id: Id = Field(description="What it opens: one of your assets' playback ids.")
    valid_for_s: Annotated[int, Field(ge=LIFE_S_MIN, le=LIFE_S_MAX), WHOLE] = Field(
        LIFE_S, description="How long it is good; who has begun a segment gets all of it."
    )
    scopes: Scopes | None = Field(
        None,
        description="`play`: playlists, MPD and sound; `about`: metadata, waveform, chapters and"
        " cover. Without it, all.",
    )
    countries: Countries | None = Field(
        None,
        description="Where it is good (ISO 3166-1 alpha-2). Needs a CDN that names countries, and"
        " a server that is told in which field.",
    )
    referrers: Pages | None = Field(
        None,
        description="On which pages it is good: `example.com`, `*.example.com` (not itself),"
        " `https://example.com`, `app://localhost`.",
    )
    allow_no_referrer: bool = Field(
        False,
        description="Whether who tells no page gets in, too, where it is bound to some: players"
        " that are no browsers, pages with `Referrer-Policy: no-referrer`.",
    )


class PlaybackToken(Given):
    """A token, and the addresses under it, from this server's root; null where it opens none."""

    token: str = Field(description="Goes in front of a path: `/t/{token}/...`.")
    playback_id: Id
    expires_at: Moment
    scopes: list[Scope]
    countries: list[str] | None
    referrers: list[str] | None
    allow_no_referrer: bool
    hls: str | None
    dash: str | None
    about: str | None = Field(description="Its metadata, as JSON.")
