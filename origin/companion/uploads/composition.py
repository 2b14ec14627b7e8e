"""Which endpoints uploads have, by what their place can do."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, cast

from origin.companion.api.endpoint import Endpoint
from origin.companion.uploads.content import Content
from origin.companion.uploads.endpoints import Uploads
from origin.companion.uploads.surroundings import Surroundings
from origin.companion.uploads.tus.creation import TusCreation
from origin.companion.uploads.tus.resource import TusResource

if TYPE_CHECKING:
    from origin.companion.uploads.places.bucket import BucketPlace


def upload_endpoints(around: Surroundings) -> Sequence[Endpoint]:
    """Return them."""
    has_parts = around.place.takes_parts
    return [
        *(_presigned(around) if has_parts else ()),
        *Uploads(around, has_parts=has_parts).endpoints(),
        *Content(around, has_parts=has_parts).endpoints(),
        *TusCreation(around).endpoints(),
        *TusResource(around).endpoints(),
    ]


def _presigned(around: Surroundings) -> Sequence[Endpoint]:
    from origin.companion.uploads.presigned import Presigned  # noqa: PLC0415 botocore is much

    return Presigned(around, cast("BucketPlace", around.place)).endpoints()
