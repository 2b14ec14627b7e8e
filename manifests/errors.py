"""The one root of what can go wrong with a manifest."""


class ManifestError(Exception):
    """A playlist, box or key that breaks its specification.

    ``line`` counts from 1, ``tag`` is the tag or box concerned and ``section`` the rule's source
    (``RFC 8216 §4.3.2.1``); each is None where it does not apply.
    """

    def __init__(
        self,
        message: str,
        *,
        line: int | None = None,
        tag: str | None = None,
        section: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.line = line
        self.tag = tag
        self.section = section

    def __str__(self) -> str:
        """Return one sentence with its place and its rule."""
        place = f"line {self.line}: " if self.line is not None else ""
        tag = f"{self.tag}: " if self.tag else ""
        section = f" ({self.section})" if self.section else ""
        return f"{place}{tag}{self.message}{section}"
