"""Which classes of object live at which addresses: all that an edge knows before it asks.

The first route whose ``pattern`` fits a path counts; the last one fits every path. Paths are those
below a playback token (``UNDER_TOKEN``), without a query. Only GET and HEAD are ever answered from
a cache; every other method is passed on at any address. A path says what may be kept, and the
origin's answer whether it is: what somebody asks who says who they are is passed on untouched
(``passes_credentials``), and everywhere else credentials are of no use and are left out.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from cdn.policy.object_class import COMPRESSIBLE, ObjectClass

UNDER_TOKEN: Final = r"^/t/([A-Za-z0-9_.-]+)(?=/)"  # noqa: S105 an address
"""What stands in front of a path that is asked for with a playback token."""
CHALLENGE: Final = 'Bearer realm="playback"'
"""A token is its bearer's, although it stands where RFC 6750 has none."""
CREDENTIALS: Final = ("Authorization", "Cookie")


class Query(StrEnum):
    """What of a query parts two copies; of players' own parameters, nothing ever does."""

    NOTHING = "nothing"
    EVERYTHING = "everything"


@dataclass(frozen=True, slots=True)
class Route:
    """Addresses that caches treat alike.

    ``pattern`` is in what Python, PCRE and JavaScript have in common. ``globs`` say the same where
    the routes above them have been taken out (``*`` is any text, as CloudFront has it).
    ``under_token`` tells that a token may stand in front, and ``is_open`` that none has to.
    """

    name: str
    pattern: str
    globs: tuple[str, ...]
    classes: tuple[ObjectClass, ...]
    query: Query = Query.NOTHING
    under_token: bool = False
    is_open: bool = False
    passes_credentials: bool = False
    varies_by_origin: bool = False
    is_kept: bool = True

    @property
    def needs_token(self) -> bool:
        """Whether an edge that checks tokens looks at one in front of it.

        What no cache keeps, the origin gives, which looks at tokens itself.
        """
        return self.under_token and self.is_kept

    @property
    def is_closed(self) -> bool:
        """Whether an edge that checks tokens gives it to nobody who has none."""
        return self.needs_token and not self.is_open

    @property
    def is_coded(self) -> bool:
        """Whether there is a copy for each content coding."""
        return not COMPRESSIBLE.isdisjoint(self.classes)


SOUND: Final = Route(
    "sound",
    r"^/(?:media|growing)/.+\.(?:m4s|aac|mp4)$",
    ("/media/*.m4s", "/media/*.aac", "/media/*.mp4", "/growing/*.mp4"),
    (ObjectClass.SEGMENT, ObjectClass.INIT, ObjectClass.PROVISIONAL_INIT),
    under_token=True,
)
COVER: Final = Route(
    "cover",
    r"^/media/.+\.jpg$",
    ("/media/*.jpg",),
    (ObjectClass.ARTWORK,),
    under_token=True,
    is_open=True,  # lists that are open show it
)
PICTURE: Final = Route("picture", r"^/artwork/", ("/artwork/*",), (ObjectClass.ARTWORK,))
DOCUMENT: Final = Route(
    "document",
    r"^/(?:media|growing)/",
    ("/media/*", "/growing/*"),
    (
        ObjectClass.MEDIA_PLAYLIST,
        ObjectClass.MULTIVARIANT_PLAYLIST,
        ObjectClass.MPD,
        ObjectClass.GROWING_PLAYLIST,
        ObjectClass.WAVEFORM,
        ObjectClass.CHAPTERS,
    ),
    under_token=True,
)
PAGE_ASSET: Final = Route("page-asset", r"^/assets/", ("/assets/*",), (ObjectClass.PAGE_ASSET,))
API: Final = Route(
    "api",
    r"^/(?:v1/|openapi\.json$)",
    ("/v1/*", "/openapi.json"),
    (ObjectClass.PUBLIC_API, ObjectClass.PARTIAL_LISTING, ObjectClass.PRIVATE),
    query=Query.EVERYTHING,
    passes_credentials=True,
    varies_by_origin=True,
)
ENTRY: Final = Route(
    "entry",
    r"^/[^/]+\.(?:m3u8|mpd|json)$",
    ("/*.m3u8", "/*.mpd", "/*.json"),
    (
        ObjectClass.ENTRY_PLAYLIST,
        ObjectClass.ENTRY_MPD,
        ObjectClass.PROVISIONAL_ENTRY,
        ObjectClass.METADATA,
    ),
    under_token=True,
)
KEYS: Final = Route(
    "keys", r"^/\.well-known/jwks\.json$", ("/.well-known/jwks.json",), (ObjectClass.KEYS,)
)
PROBE: Final = Route(
    "probe",
    r"^/(?:healthz|readyz)$",
    ("/healthz", "/readyz"),
    (ObjectClass.PROBE,),
    is_kept=False,
)
CHECK: Final = Route("check", r"^/opens/", ("/opens/*",), (ObjectClass.TOKEN_CHECK,), is_kept=False)
"""What edges ask the origin of a token; who keeps the answer does so apart, by its own rules."""

STEERING: Final = Route(
    "steering",
    r"^/steering/",
    ("/steering/*",),
    (ObjectClass.STEERING,),
    query=Query.EVERYTHING,
    under_token=True,
    is_open=True,  # by a name of its own, players ask it without: all share one playlist
    is_kept=False,
)
PAGE: Final = Route(
    "page",
    "^/",
    ("*",),
    (ObjectClass.PAGE,),
    query=Query.EVERYTHING,
    passes_credentials=True,
)

ROUTES: Final = (
    SOUND, COVER, PICTURE, DOCUMENT, PAGE_ASSET, KEYS, API, STEERING, ENTRY, PROBE, CHECK, PAGE,
)  # fmt: skip
"""All of them, in the order in which they are looked at."""

OPEN: Final = "|".join(route.pattern for route in ROUTES if route.is_open)
"""The pattern of what needs no token, though a route behind it has the same address."""
_ENDS_ALIKE: Final = "|".join(
    route.pattern for route in ROUTES[: ROUTES.index(ENTRY)] if not route.under_token
)
PLAYS: Final = (
    f"(?!{_ENDS_ALIKE})(?:{'|'.join(each.pattern for each in ROUTES if each.under_token)})"
)
"""The pattern of what may be under a token, and is nothing that a route before has (OpenAPI)."""
ANYWHERE: Final = (ObjectClass.NOT_FOUND, ObjectClass.CLIENT_ERROR, ObjectClass.SERVER_ERROR)
"""What may be answered at every address."""


def route_of(path: str) -> Route:
    """Return the route of a path, which begins with a slash and has no token in front."""
    return next(route for route in ROUTES if re.search(route.pattern, path))
