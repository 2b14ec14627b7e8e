"""How large uploads may be, how many a creator may have, and how long one may take. Pure."""

from dataclasses import dataclass

from origin.delivery.errors import ContentTooLarge, Forbidden

_MB = 1_000_000


class QuotaExceeded(Forbidden):
    """The creator has stored, or is sending, as much as they may."""

    code = "quota_exceeded"


class UploadTooLarge(ContentTooLarge):
    """The file is larger than any that is taken."""

    code = "upload_too_large"


@dataclass(frozen=True, slots=True)
class UploadRules:
    """What is taken. ``quota_*`` are of one creator, of all that is stored or under way.

    ``expires_s`` is how long an upload may go without a byte.
    """

    size_bytes_max: int = 5 * 1024**3
    quota_bytes: int = 500 * 1024**3
    quota_uploads: int = 50_000
    expires_s: float = 24 * 3600.0

    def check_size(self, size_bytes: int) -> None:
        """Raise UploadTooLarge."""
        if size_bytes > self.size_bytes_max:
            raise UploadTooLarge(
                f"It has {size_bytes // _MB} MB, and {self.size_bytes_max // _MB} MB are taken. "
                "Send a smaller file: FLAC takes half of what WAV does."
            )

    def check_quota(self, used: "Used", size_bytes: int) -> None:
        """Raise QuotaExceeded where one more upload, of a size, is too much."""
        if used.uploads >= self.quota_uploads:
            raise QuotaExceeded(
                f"You have {used.uploads} uploads of {self.quota_uploads}. Delete some first."
            )
        if used.size_bytes + size_bytes > self.quota_bytes:
            left_bytes = max(self.quota_bytes - used.size_bytes, 0)
            raise QuotaExceeded(
                f"You have {left_bytes // _MB} MB left of {self.quota_bytes // _MB}, and this "
                f"takes {size_bytes // _MB}. Delete something first."
            )


@dataclass(frozen=True, slots=True)
class Used:
    """What a creator has stored or under way."""

    uploads: int
    size_bytes: int
