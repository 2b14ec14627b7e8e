"""All tables, of every room that has some: what the migrations have to make."""

from typing import Final

from origin.companion.catalogue import tables as catalogue
from origin.companion.identity import tables as identity
from origin.companion.uploads import tables as uploads
from packager.queue import tables as queue

ROOMS: Final = (queue, identity, catalogue, uploads)
metadata: Final = queue.metadata
