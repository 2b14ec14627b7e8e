"""What can be wrong with the cache that is named, and with what it was asked."""


class CacheUnusable(Exception):
    """The URL is not one of a Redis or Valkey server; the message says what one looks like."""


class Unanswered(Exception):
    """Nobody answered in time, or is expected to."""


class Refused(Exception):
    """It answered, and will not do it: it is full, or may only be read."""
