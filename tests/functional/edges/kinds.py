"""Which kinds of edges there are; what holds for all is asked of each."""

from typing import Final

from tests.servers.edges.nginx import nginx
from tests.servers.edges.running import Starts

KINDS: Final[dict[str, Starts]] = {"nginx": nginx}
CACHING: Final = ("nginx",)
"""Those that keep copies."""
