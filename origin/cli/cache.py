"""The setting for the cache that processes share, for what serves and what publishes."""

from origin.settings import setting

cache_setting = setting(
    "--cache",
    metavar="URL",
    help="Redis or Valkey to share what was read, and changes, with other processes: "
    "redis://host:6379/0. It may be gone at any time.",
)
