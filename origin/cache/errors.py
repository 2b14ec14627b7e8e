"""What can be wrong with the cache that is named."""


class CacheUnusable(Exception):
    """The URL is not one of a Redis or Valkey server; the message says what one looks like."""
