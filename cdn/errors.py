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
