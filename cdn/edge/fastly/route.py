"""Routes in Fastly's VCL: what of a request makes its key, as ``cdn.policy.cache_key`` has it."""

from collections.abc import Iterator
from typing import Final

from cdn.edge.fastly.text import quoted
from cdn.policy.cache_key import OF_PLAYERS
from cdn.policy.coding import AT_EDGES, Coding, accepted
from cdn.policy.route import CREDENTIALS, ROUTES, Query, Route

_SHOWS_WHO_ASKS: Final = " || ".join(f"req.http.{name}" for name in CREDENTIALS)
HASH: Final = """sub vcl_hash {
  set req.hash += req.url;
  set req.hash += if(req.http.X-Soundbridge-Origin, req.http.X-Soundbridge-Origin, "");
  #FASTLY hash
  return(hash);
}
"""


def routes() -> str:
    """Return the subroutine that brings each request to its key, or has it passed on."""
    lines = "".join(_route(number, route) for number, route in enumerate(ROUTES))
    return f"""sub soundbridge_route {{
  unset req.http.X-Soundbridge-Pass;
  unset req.http.X-Soundbridge-Origin;
{lines}  }}
}}
"""


def _route(number: int, route: Route) -> str:
    word = "if" if number == 0 else "} elsif"
    done = "".join(f"    {line}\n" for line in _treatment(route))
    return f"  {word} (req.url.path ~ {quoted(route.pattern)}) {{ # {route.name}\n{done}"


def _treatment(route: Route) -> Iterator[str]:
    if not route.is_kept:
        yield 'set req.http.X-Soundbridge-Pass = "1";'
        return
    if route.query is Query.NOTHING:
        yield "set req.url = req.url.path;"
    else:
        kept = f"querystring.regfilter(req.url, {quoted(f'^{OF_PLAYERS}$')})"
        yield f"set req.url = querystring.clean({kept});"
    if not route.is_coded:
        yield "unset req.http.Accept-Encoding;"
    if route.varies_by_origin:
        yield "set req.http.X-Soundbridge-Origin = req.http.Origin;"
    if route.passes_credentials:
        yield f"if ({_SHOWS_WHO_ASKS}) {{"
        yield '  set req.http.X-Soundbridge-Pass = "1";'
        yield "}"
    else:
        yield from (f"unset req.http.{name};" for name in CREDENTIALS)


def coding() -> str:
    """Return what asks for one coding: that of the copy, as answers vary by this field."""
    codings = [each for each in AT_EDGES if each is not Coding.IDENTITY]
    lines = "".join(
        f"  {'if' if number == 0 else '} elsif'} (var.said ~ {quoted(accepted(each))}) {{\n"
        f'    set req.http.Accept-Encoding = "{each}";\n'
        for number, each in enumerate(codings)
    )
    return f"""sub soundbridge_coding {{
  declare local var.said STRING;
  set var.said = req.http.Accept-Encoding;
  if (req.http.Fastly-Orig-Accept-Encoding) {{
    set var.said = req.http.Fastly-Orig-Accept-Encoding;
  }}
{lines}  }} else {{
    unset req.http.Accept-Encoding;
  }}
}}
"""
