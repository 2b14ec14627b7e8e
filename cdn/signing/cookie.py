"""``Set-Cookie`` for cookies that let a browser in (RFC 6265bis §4.1). Pure.

They are for players of the same site alone: every answer says ``Access-Control-Allow-Origin: *``,
and with that no script of another site gets an answer to what it asks with cookies (Fetch §3.3.5).
So they are ``SameSite=Strict``. They end with the browser's session, as CloudFront's documentation
advises, and what they open ends by itself.
"""

import re
from collections.abc import Mapping
from typing import Final

from cdn.errors import NotSignable

_DOMAIN: Final = re.compile(r"\.?[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
_PATH: Final = re.compile(r"/[\x21-\x3a\x3c-\x7e]*")


def set_cookies(
    cookies: Mapping[str, str], *, domain: str | None = None, path: str = "/"
) -> tuple[str, ...]:
    """Return the values of one ``Set-Cookie`` for each; ``domain`` is for its subdomains, too.

    Raises NotSignable where a browser would read something else.
    """
    if domain is not None and not _DOMAIN.fullmatch(domain):
        raise NotSignable(f"{domain!r} is no domain")
    if not _PATH.fullmatch(path):
        raise NotSignable(f"{path!r} is no path")
    where = f"{'' if domain is None else f'Domain={domain}; '}Path={path}"
    return tuple(
        f"{name}={value}; {where}; Secure; HttpOnly; SameSite=Strict"
        for name, value in cookies.items()
    )
