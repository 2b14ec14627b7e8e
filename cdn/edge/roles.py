"""Which of the five roles is asked for what, where they run apart behind one address.

The first of ``RULES`` that is found in a method, a space and a path counts; what none of them knows
is with ``DEFAULT``, which delivers. They are in what Python and PCRE have in common.
"""

import re
from typing import Final

PORTS: Final = {"auth": 3001, "upload": 3002, "streaming": 3003, "search": 3004, "analytics": 3005}
DEFAULT: Final = "streaming"
RULES: Final = (
    (r"^[A-Z]+ /v1/me/(?:tracks|artists|albums|follows)(?:/|$)", "upload"),
    (r"^[A-Z]+ /v1/(?:me|webhooks|playback-tokens)(?:/|$)", "auth"),
    (r"^[A-Z]+ /(?:sign-in|docs|openapi\.json|companion)(?:/|$)", "auth"),
    (r"^[A-Z]+ /v1/search(?:/|$)", "search"),
    (r"^(?:GET|HEAD) /v1/(?:tracks|artists|albums)(?:/|$)", "search"),
    (r"^[A-Z]+ /v1/plays(?:/|$)", "analytics"),
    (r"^[A-Z]+ /v1/", "upload"),
)


def role_of(method: str, path: str) -> str:
    """Return whom to ask; ``path`` has no query."""
    asked = f"{method} {path}"
    return next((role for rule, role in RULES if re.search(rule, asked)), DEFAULT)
