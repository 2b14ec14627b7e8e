"""What Fastly answers by itself: preflights, refusals, and who asks without TLS.

Statuses of our own stand for answers, from where a request is looked at to where one is made.
"""

from typing import Final

from cdn.policy.cross_origin import ON_EVERY_ANSWER, PLAYED_BY, preflight_headers

PREFLIGHT: Final = 601
_ANSWERS: Final = {
    PREFLIGHT: (204, "No Content", preflight_headers(PLAYED_BY)),
    602: (401, "Unauthorized", {"WWW-Authenticate": "Bearer error=%22invalid_token%22"}),
    603: (403, "Forbidden", {"WWW-Authenticate": "Bearer error=%22insufficient_scope%22"}),
    605: (404, "Not Found", {}),
}
"""What statuses of our own become (VCL reference, "error": 600 and more are free)."""
REDIRECT: Final = 604


def errors() -> str:
    """Return the subroutine that answers what is refused, and what no origin answers."""
    answers = "".join(map(_answer, _ANSWERS))
    return f"""sub vcl_error {{
  #FASTLY error

{answers}  if (obj.status == {REDIRECT}) {{
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
    life = {} if code == PREFLIGHT else {"Cache-Control": "private, max-age=1"}
    told = {**ON_EVERY_ANSWER, **fields, **life}
    lines = "".join(f'    set obj.http.{name} = "{said}";\n' for name, said in told.items())
    return f"""  if (obj.status == {code}) {{
    set obj.status = {status};
    set obj.response = "{reason}";
{lines}    synthetic {{""}};
    return(deliver);
  }}
"""
