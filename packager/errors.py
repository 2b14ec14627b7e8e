"""What can go wrong between a source and its renditions, each with a sentence for its creator."""


class PackagingError(Exception):
    """The root: the message says what happened and what to do, in the creator's words."""

    code = "packaging_failed"


class UnsupportedSource(PackagingError):
    """Not audio that we take: another kind of file, or one without sound in it."""

    code = "unsupported_source"


class CorruptSource(PackagingError):
    """It says that it is audio, and then it is not: truncated, damaged, or lying about itself."""

    code = "corrupt_source"


class SourceTooLarge(PackagingError):
    """It would become longer or larger than the limits allow."""

    code = "source_too_large"


class SourceNotFound(PackagingError):
    """Nothing is there, or it may not be read."""

    code = "source_not_found"


class SourceMismatch(PackagingError):
    """It is another file than was announced; only who sends it can tell which is right."""

    code = "source_mismatch"


class SourceChanged(PackagingError):
    """It was written to, or another file took its place, while it was being packaged."""

    code = "source_changed"


class EncoderFailed(PackagingError):
    """The encoder gave up; the source is not to blame."""

    code = "encoder_failed"


class StoreFailed(PackagingError):
    """The object store refused a write or a read; packaging may be tried again."""

    code = "store_failed"


class RevisionGone(StoreFailed):
    """Another run, or who collects garbage, took away what was being made; try again from new."""


class SourceCrashed(PackagingError):
    """It broke the process that read it, which no file should be able to do."""

    code = "source_crashed"


class SourceStalled(PackagingError):
    """Reading it did not get on any more."""

    code = "source_stalled"


class SourceTooDemanding(PackagingError):
    """Reading it takes more memory or processor time than a source of any length should."""

    code = "source_too_demanding"


class ReaderLost(PackagingError):
    """The process that read it could not be started or was ended from outside; try again."""

    code = "reader_lost"


def first_line(error: BaseException) -> str:
    """Return what a log needs of an error: those of databases go on with statements and values."""
    return str(error).partition("\n")[0]
