"""What stands against changing an asset."""

from origin.delivery.errors import Conflict


class PackagingUnderWay(Conflict):
    """Something of it is being packaged."""

    code = "packaging_under_way"

    def __init__(self) -> None:
        super().__init__("It is being packaged. Wait until that has ended, then ask again.")


class SourceGone(Conflict):
    """What was uploaded is not kept any more."""

    code = "source_gone"

    def __init__(self) -> None:
        super().__init__(
            "What was uploaded for it is not kept any more. Upload it again, as a new asset."
        )


class NothingToRetry(Conflict):
    """It did not fail."""

    code = "not_errored"

    def __init__(self) -> None:
        super().__init__("Its packaging has not failed. To package it anew, use `repackage`.")


class RetryInVain(Conflict):
    """The same file would fail in the same way."""

    code = "retry_in_vain"

    def __init__(self, remedy: str) -> None:
        super().__init__(f"The same file would fail again. {remedy}")
