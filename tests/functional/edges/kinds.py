"""Which kinds of edges there are; what holds for all is asked of each."""

from typing import Final

from tests.servers.edges.caddy import caddy
from tests.servers.edges.nginx import nginx
from tests.servers.edges.running import Starts
from tests.servers.edges.varnish import varnish

KINDS: Final[dict[str, Starts]] = {"nginx": nginx, "varnish": varnish, "caddy": caddy}
CACHING: Final = ("nginx", "varnish")
"""Those that keep copies."""
FETCHING_WHOLE: Final = {"varnish"}
"""Those that have all of an answer before they give any of it: what is cut, they ask for again."""
PROBING: Final = ("varnish", "caddy")
"""Those that ask origins by themselves whether they are ready."""
