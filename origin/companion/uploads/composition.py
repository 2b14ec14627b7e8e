"""Which endpoints uploads have, by what their place can do."""

from collections.abc import Sequence

from origin.companion.api.endpoint import Endpoint
from origin.companion.uploads.content import Content
from origin.companion.uploads.endpoints import Uploads
from origin.companion.uploads.places.bucket import BucketPlace
from origin.companion.uploads.presigned import Presigned
from origin.companion.uploads.surroundings import Surroundings
from origin.companion.uploads.tus.creation import TusCreation
from origin.companion.uploads.tus.resource import TusResource


def upload_endpoints(around: Surroundings) -> Sequence[Endpoint]:
    """Return them."""
    place = around.place
    has_parts = isinstance(place, BucketPlace)
    return [
        *(Presigned(around, place).endpoints() if isinstance(place, BucketPlace) else ()),
        *Uploads(around, has_parts=has_parts).endpoints(),
        *Content(around, has_parts=has_parts).endpoints(),
        *TusCreation(around).endpoints(),
        *TusResource(around).endpoints(),
    ]
