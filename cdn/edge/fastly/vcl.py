"""A service of Fastly as custom VCL: what is looked up, by which key, and for how long. Pure.

It has the macros of Fastly's boilerplate (Guides, "Custom VCL"), so that what is set for a service
beside it (backends, shielding, health checks) is put in there. The same file runs where clients
come in and at a shield; ``fastly.ff.visits_this_service`` tells the two apart.

Fastly reads ``Surrogate-Control`` for how long, and for how long beyond that something stale may be
given; that it says ``no-store`` is for VCL to see (HTTP caching semantics). Who may purge by URL is
everybody, unless VCL says that one has to show a key.
"""

from collections.abc import Iterator
from typing import Final

from cdn.edge.cloud import CloudEdge
from cdn.edge.fastly.token import quoted, subroutine
from cdn.edge.script import PLAYED_BY
from cdn.policy.cache_key import OF_PLAYERS
from cdn.policy.coding import AT_EDGES, Coding, accepted
from cdn.policy.cross_origin import ON_EVERY_ANSWER, preflight_headers
from cdn.policy.route import CREDENTIALS, ROUTES, Query, Route

NOT_FOR_VIEWERS: Final = ("CDN-Cache-Control", "Cache-Tag", "Surrogate-Control", "Surrogate-Key")
_SHOWS_WHO_ASKS: Final = " || ".join(f"req.http.{name}" for name in CREDENTIALS)
_PREFLIGHT: Final = 601
_ANSWERS: Final = {
    _PREFLIGHT: (204, "No Content", preflight_headers(PLAYED_BY)),
    602: (401, "Unauthorized", {"WWW-Authenticate": "Bearer error=%22invalid_token%22"}),
    603: (403, "Forbidden", {"WWW-Authenticate": "Bearer error=%22insufficient_scope%22"}),
    605: (404, "Not Found", {}),
}
"""What statuses of our own become (VCL reference, "error": 600 and more are free)."""
_REDIRECT: Final = 604
_PASSED_ON: Final = """sub vcl_{name} {{
  #FASTLY {name}
  return({then});
}}
"""


def service(edge: CloudEdge) -> str:
    """Return the VCL of a service."""
    parts = [f"# soundbridge as {edge.host}: made by `soundbridge edge fastly`.\n"]
    if edge.checks_tokens:
        parts.append(subroutine())
    parts += [_routes(), _coding(), _recv(edge), _hash()]
    parts += [_PASSED_ON.format(name=name, then=then) for name, then in _PLAIN]
    parts += [_FETCH, _error(), _deliver(), "sub vcl_log {\n  #FASTLY log\n}\n"]
    return "\n".join(parts)


_PLAIN: Final = (("hit", "deliver"), ("miss", "fetch"), ("pass", "pass"))


def _recv(edge: CloudEdge) -> str:
    check = "    call soundbridge_token;\n" if edge.checks_tokens else ""
    return f"""sub vcl_recv {{
  if (req.method == "FASTLYPURGE") {{
    set req.http.Fastly-Purge-Requires-Auth = "1";
  }}

  #FASTLY recv

  if (req.method != "FASTLYPURGE" && fastly.ff.visits_this_service == 0 && req.restarts == 0) {{
    if (!req.http.Fastly-SSL) {{
      error {_REDIRECT};
    }}
    if (req.method == "OPTIONS" && req.url.path ~ {quoted(_played())}) {{
      error {_PREFLIGHT};
    }}
{check}  }}
  call soundbridge_coding;
  call soundbridge_route;

  if (req.method != "HEAD" && req.method != "GET" && req.method != "FASTLYPURGE") {{
    return(pass);
  }}
  if (req.http.X-Soundbridge-Pass) {{
    return(pass);
  }}
  return(lookup);
}}
"""


def _played() -> str:
    """Return the pattern of what plays, with a token in front or without."""
    inner = "|".join(r.pattern.removeprefix("^") for r in ROUTES if r.under_token)
    return rf"^(?:/t/[^/]+)?(?:{inner})"


def _routes() -> str:
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


def _coding() -> str:
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


def _hash() -> str:
    return """sub vcl_hash {
  set req.hash += req.url;
  set req.hash += if(req.http.X-Soundbridge-Origin, req.http.X-Soundbridge-Origin, "");
  #FASTLY hash
  return(hash);
}
"""


_FETCH: Final = """sub vcl_fetch {
  #FASTLY fetch

  if (beresp.status >= 500 && beresp.status < 600) {
    if (stale.exists) {
      return(deliver_stale);
    }
    set beresp.cacheable = false;
    set beresp.ttl = 0s;
    return(deliver);
  }
  if (beresp.http.Set-Cookie || req.http.X-Soundbridge-Pass) {
    return(pass);
  }
  if (beresp.http.Surrogate-Control) {
    if (beresp.http.Surrogate-Control ~ "(?:private|no-store)") {
      return(pass);
    }
  } elsif (beresp.http.Cache-Control ~ "(?:private|no-store)" || !beresp.http.Cache-Control) {
    return(pass);
  }
  return(deliver);
}
"""


def _error() -> str:
    answers = "".join(map(_answer, _ANSWERS))
    return f"""sub vcl_error {{
  #FASTLY error

{answers}  if (obj.status == {_REDIRECT}) {{
    set obj.status = 308;
    set obj.response = "Permanent Redirect";
    set obj.http.Location = "https://" req.http.host req.url;
    synthetic {{""}};
    return(deliver);
  }}
  if (obj.status >= 500 && obj.status < 600 && stale.exists) {{
    return(deliver_stale);
  }}
  return(deliver);
}}
"""


def _answer(code: int) -> str:
    status, reason, fields = _ANSWERS[code]
    life = {} if code == _PREFLIGHT else {"Cache-Control": "private, max-age=1"}
    told = {**ON_EVERY_ANSWER, **fields, **life}
    lines = "".join(f'    set obj.http.{name} = "{said}";\n' for name, said in told.items())
    return f"""  if (obj.status == {code}) {{
    set obj.status = {status};
    set obj.response = "{reason}";
{lines}    synthetic {{""}};
    return(deliver);
  }}
"""


def _deliver() -> str:
    unset = "".join(f"    unset resp.http.{name};\n" for name in NOT_FOR_VIEWERS)
    return f"""sub vcl_deliver {{
  #FASTLY deliver
  if (fastly.ff.visits_this_service == 0) {{
{unset}  }}
  return(deliver);
}}
"""
