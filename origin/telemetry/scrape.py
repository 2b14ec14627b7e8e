"""What a scrape is answered with: prometheus_client's WSGI application, and what it does not know.

It knows no HEAD (RFC 9110 §9.1: every server does), and raises what nobody catches where the
version that ``Accept`` asks for is no number.
"""

from collections.abc import Iterable
from typing import Any, Final
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from prometheus_client import CollectorRegistry, make_wsgi_app
from prometheus_client.exposition import choose_encoder

_ACCEPT: Final = "HTTP_ACCEPT"


def scrape_app(registry: CollectorRegistry) -> WSGIApplication:
    """Return an application that gives a registry's metrics; what it cannot read is not asked."""
    metrics: WSGIApplication = make_wsgi_app(registry)

    def answer(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        if not _is_readable(environ.get(_ACCEPT, "")):
            environ[_ACCEPT] = ""
        if environ["REQUEST_METHOD"] != "HEAD":
            return metrics(environ, start_response)
        return _without_body(metrics, environ, start_response)

    return answer


def _is_readable(accept: str) -> bool:
    try:
        choose_encoder(accept)
    except (TypeError, ValueError):
        return False
    return True


def _without_body(
    metrics: WSGIApplication, environ: WSGIEnvironment, start_response: StartResponse
) -> Iterable[bytes]:
    def start(status: str, headers: list[tuple[str, str]], *_: Any) -> Any:
        begun.append((status, headers))

    begun: list[tuple[str, list[tuple[str, str]]]] = []
    length = sum(map(len, metrics({**environ, "REQUEST_METHOD": "GET"}, start)))
    status, headers = begun[0]
    start_response(status, [*headers, ("Content-Length", str(length))])
    return []
