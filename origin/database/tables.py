"""All tables, of every room that has some: what the migrations have to make."""

from typing import Final

from origin.companion import duties
from origin.companion.artwork import tables as artwork
from origin.companion.assets import tables as assets
from origin.companion.catalogue import tables as catalogue
from origin.companion.identity import tables as identity
from origin.companion.plays import tables as plays
from origin.companion.purging import tables as purging
from origin.companion.quality import tables as quality
from origin.companion.similar import tables as similar
from origin.companion.uploads import tables as uploads
from origin.companion.webhooks import tables as webhooks
from packager.queue import tables as queue

ROOMS: Final = (
    queue,
    identity,
    catalogue,
    uploads,
    assets,
    duties,
    webhooks,
    plays,
    similar,
    artwork,
    purging,
    quality,
)
metadata: Final = queue.metadata
