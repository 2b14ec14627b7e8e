"""The bucket of an ``s3://`` store: what its rules let players do, and clear away."""

from collections.abc import Sequence

from origin.bucket.connection import BucketFailed, BucketLocation
from origin.bucket.provisioning import check, closed_to_uploads
from origin.checkup.finding import Finding, fail, fine, sentence_of, warn


async def look_at_bucket(location: str) -> Sequence[Finding]:
    """Say what CORS and lifecycle rules lack."""
    try:
        where = BucketLocation.parse(location)
        problems = await check(where)
    except BucketFailed as error:
        return [fail(f"{sentence_of(error)}.", "See `soundbridge bucket check --help`.")]
    if not problems:
        return [fine(f"The bucket {where.name} lets players read, and clears dead uploads away.")]
    to_do = f"Run `soundbridge bucket setup {location}`."
    return [warn(problem, to_do) for problem in problems]


async def look_at_uploads(location: str, origins: Sequence[str]) -> Sequence[Finding]:
    """Say from which sites no page can upload straight into the bucket."""
    try:
        where = BucketLocation.parse(location)
        problems = await closed_to_uploads(where, origins)
    except BucketFailed:
        return []  # that was said already
    sites = " ".join(f"--upload-origin {each}" for each in origins or ("https://YOUR.SITE",))
    to_do = f"Where they are to, run `soundbridge bucket setup {location} {sites}`."
    return [warn(problem, to_do) for problem in problems]
