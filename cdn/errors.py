"""What can go wrong beside a CDN; every error says in a sentence what happened and what to do."""


class CdnError(Exception):
    """The root."""


class UnusableKey(CdnError):
    """This is no key that playback tokens can be signed or verified with."""


class TokenRefused(CdnError):
    """This token opens nothing."""


class TokenExpired(TokenRefused):
    """This token was good, and its time is over."""


class UnusableEdge(CdnError):
    """No configuration can be made of what was said of an edge."""


class UnusablePurger(CdnError):
    """This names no CDN that can be asked to drop something, or a secret is missing."""


class PurgeFailed(CdnError):
    """A CDN did not drop what it was to; it may be asked again.

    It asks to be left alone for ``pause_s``, which is 0 where it does not say.
    """

    code = "purge_failed"

    def __init__(self, message: str, pause_s: float = 0.0) -> None:
        super().__init__(message)
        self.pause_s = pause_s


class PurgerUnreachable(PurgeFailed):
    """It did not answer, or not as one that is well."""

    code = "purger_unreachable"


class PurgeDelayed(PurgeFailed):
    """It takes no more for now."""

    code = "purge_delayed"


class PurgerClosed(PurgeFailed):
    """It does not let us in, or does not know what is ours: somebody has to set that right."""

    code = "purger_closed"


class PurgeNotDone(PurgeFailed):
    """It says that it did not do it, and not whether it ever will."""

    code = "purge_not_done"


class PurgeRefused(PurgeFailed):
    """It will refuse that whenever it is asked."""

    code = "purge_refused"


class TokenTooLong(CdnError):
    """So much does not fit into a playback token, which stands in every address."""


class NotSignable(CdnError):
    """What was said cannot be signed, or would be read as something else."""


class UnusablePathway(CdnError):
    """Players cannot be steered to this pathway, or not beside the others."""
