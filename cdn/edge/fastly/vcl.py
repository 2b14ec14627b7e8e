"""A service of Fastly as custom VCL: what is looked up, by which key, and for how long. Pure.

It has the macros of Fastly's boilerplate (Guides, "Custom VCL"), so that what is set for a service
beside it (backends, shielding, health checks) is put in there. The same file runs where clients
come in and at a shield; ``fastly.ff.visits_this_service`` tells the two apart.

Fastly reads ``Surrogate-Control`` for how long, and for how long beyond that something stale may be
given; that it says ``no-store`` is for VCL to see (HTTP caching semantics). Who may purge by URL is
everybody, unless VCL says that one has to show a key.
"""

import re
from typing import Final

from cdn.edge.cloud import NOT_FOR_VIEWERS, CloudEdge
from cdn.edge.fastly.answers import PREFLIGHT, REDIRECT, errors
from cdn.edge.fastly.route import HASH, coding, routes
from cdn.edge.fastly.text import quoted
from cdn.edge.fastly.token import subroutine
from cdn.edge.players import FIELDS_OF_PLAYERS
from cdn.policy.route import PLAYS

COUNTRY_FIELD: Final = "X-Country-Code"
"""What tells the origin where a listener is; whatever a client writes there is replaced."""
UPLOADED_S: Final = 300
"""How long the origin may look at what was uploaded."""
_HIT: Final = """sub vcl_hit {
  #FASTLY hit
  return(deliver);
}
"""


def service(edge: CloudEdge) -> str:
    """Return the VCL of a service."""
    parts = [f"# soundbridge as {edge.host}: made by `soundbridge edge fastly`.\n"]
    if edge.checks_tokens:
        parts.append(subroutine())
    parts += [routes(), coding(), _recv(edge), HASH]
    parts += [_HIT, _miss(), _PASS, _FETCH, errors(), _deliver()]
    parts.append("sub vcl_log {\n  #FASTLY log\n}\n")
    return "\n".join(parts)


def _miss() -> str:
    of_players = "".join(f"  unset bereq.http.{name};\n" for name in FIELDS_OF_PLAYERS)
    return f"""sub vcl_miss {{
  #FASTLY miss
{of_players}  return(fetch);
}}
"""


_PASS: Final = f"""sub vcl_pass {{
  #FASTLY pass

  # A stream of events says something every 15 s; who uploads waits while it is looked at.
  set bereq.between_bytes_timeout = 60s;
  if (req.method != "GET" && req.method != "HEAD") {{
    set bereq.first_byte_timeout = {UPLOADED_S}s;
  }}
  return(pass);
}}
"""


def _recv(edge: CloudEdge) -> str:
    check = "    call soundbridge_token;\n" if edge.checks_tokens else ""
    return f"""sub vcl_recv {{
  if (req.method == "FASTLYPURGE") {{
    set req.http.Fastly-Purge-Requires-Auth = "1";
  }}

  #FASTLY recv

  if (fastly.ff.visits_this_service == 0 && req.restarts == 0) {{
    set req.http.{COUNTRY_FIELD} = client.geo.country_code;
  }}
  if (req.method != "FASTLYPURGE" && fastly.ff.visits_this_service == 0 && req.restarts == 0) {{
    if (!req.http.Fastly-SSL) {{
      error {REDIRECT};
    }}
    if (req.method == "OPTIONS" && req.url.path ~ {quoted(_played())}) {{
      error {PREFLIGHT};
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
    behind = re.sub(r"(?<!\[)\^", "", PLAYS)
    return rf"^(?:/t/[^/]+)?{behind}"


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
  # Without it, nothing of an answer is sent on before all of it is here.
  set beresp.do_stream = true;
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


def _deliver() -> str:
    unset = "".join(f"    unset resp.http.{name};\n" for name in NOT_FOR_VIEWERS)
    return f"""sub vcl_deliver {{
  #FASTLY deliver
  if (fastly.ff.visits_this_service == 0) {{
{unset}  }}
  return(deliver);
}}
"""
