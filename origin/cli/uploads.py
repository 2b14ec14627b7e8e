"""The settings that say what may be uploaded."""

from typing import Final

import click

from origin.companion.uploads.rules import UploadRules
from origin.settings import setting

_MB: Final = 1_000_000
_HOUR_S: Final = 3600
_USUAL: Final = UploadRules()

upload_size_setting = setting(
    "--upload-size-max",
    "upload_size_mb",
    default=_USUAL.size_bytes_max // _MB,
    type=click.IntRange(1),
    metavar="MB",
    help="Megabytes of one upload.",
)
upload_quota_setting = setting(
    "--upload-quota",
    "upload_quota_mb",
    default=_USUAL.quota_bytes // _MB,
    type=click.IntRange(1),
    metavar="MB",
    help="Megabytes of all that one creator has uploaded, or is sending.",
)
uploads_setting = setting(
    "--uploads-per-creator",
    default=_USUAL.quota_uploads,
    type=click.IntRange(1),
    help="Uploads that one creator may have, those that are being sent among them.",
)
upload_expiry_setting = setting(
    "--upload-expiry",
    "upload_expiry_h",
    default=_USUAL.expires_s / _HOUR_S,
    type=click.FloatRange(0, min_open=True),
    metavar="HOURS",
    help="How long an upload waits for its next byte before it goes.",
)


def rules_of(size_mb: int, quota_mb: int, uploads: int, expiry_h: float) -> UploadRules:
    """Return what the settings say."""
    return UploadRules(size_mb * _MB, quota_mb * _MB, uploads, expiry_h * _HOUR_S)
