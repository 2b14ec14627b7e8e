"""Which requests a rule of Cloudflare is for, in its rules language. Pure.

Globs are matched by ``strict wildcard``, which all plans have, while ``matches`` is for some (Rules
language, "Operators"). As rules are not looked at until the first one fits, but all of them are, an
expression takes out what routes before its own have.
"""

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final

from cdn.policy.route import ROUTES, Route

PATH: Final = "http.request.uri.path"
SHOWS_WHO_ASKS: Final = '(http.cookie ne "" or any(http.request.headers["authorization"][*] ne ""))'
_MISREAD: Final = " or ".join(
    [
        *(f'{PATH} contains "{each}"' for each in ("//", "/../", "/./", "#", r"\\")),
        *(f'lower({PATH}) contains "{each}"' for each in ("%2e", "%2f", "%5c")),
    ]
)
ASKED_BY_NO_PLAYER: Final = (
    f'(starts_with({PATH}, "/opens/") or ({PATH} contains "%" and not starts_with({PATH}, "/v1/"))'
    f" or {_MISREAD})"
)
"""What edges ask, and what the origin might read as what plays (``cache_key.MISLEADING``).

Where URLs are normalized (Rules, "URL normalization"), as they are unless a zone has that turned
off, what has an escape that it does not need comes here without.
"""


def requests_of(host: str, routes: Sequence[Route]) -> str:
    """Return the expression of what is asked for at routes, which follow each other.

    What has a token in front is asked for by the Worker, once more and without it.
    """
    before = ROUTES[: ROUTES.index(routes[0])]
    own = _any_of(chain.from_iterable(each.globs for each in routes))
    others = _any_of(chain.from_iterable(each.globs for each in before))
    asked = f'{of_host(host)} and not starts_with({PATH}, "/t/") and {own}'
    return f"{asked} and not {others}" if before else asked


def of_host(host: str) -> str:
    """Return the expression of everything that is asked of a host.

    ``http.host`` is ``Host`` as it came (Fields reference): with a port, or in large letters.
    """
    return f'starts_with(lower(http.host), "{host}")'


def _any_of(globs: Iterable[str]) -> str:
    return f"({' or '.join(map(_fits, globs))})"


def _fits(glob: str) -> str:
    operator = "strict wildcard" if "*" in glob else "eq"
    return f'{PATH} {operator} "{glob}"'
