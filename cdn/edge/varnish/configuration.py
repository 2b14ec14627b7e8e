"""The whole configuration."""

from collections.abc import Sequence

from cdn.edge.plan import Edge, EdgeFile
from cdn.edge.varnish.backend import asked, backends, fetched
from cdn.edge.varnish.beresp import KEPT, KEPT_AT_LAST
from cdn.edge.varnish.command import SERVICE_NAME, USUAL_LISTENS, USUAL_STORAGE, VCL_NAME, command
from cdn.edge.varnish.grace import GRACE
from cdn.edge.varnish.invalidation import invalidates
from cdn.edge.varnish.notes import begun
from cdn.edge.varnish.purge import Tags, purges
from cdn.edge.varnish.ranges import RANGES
from cdn.edge.varnish.resp import RESP
from cdn.edge.varnish.route import playing, routes
from cdn.edge.varnish.synth import synthetic
from cdn.edge.varnish.token import ANSWERED, CHECKED
from cdn.errors import UnusableEdge


def files(
    edge: Edge,
    *,
    tags: Tags = Tags.XKEY,
    storage: str = USUAL_STORAGE,
    listens: Sequence[str] = USUAL_LISTENS,
) -> Sequence[EdgeFile]:
    """Return what goes to ``/etc/varnish`` and ``/etc/systemd/system/varnish.service.d``.

    Raises UnusableEdge for what Varnish cannot be.
    """
    if edge.certificate is not None:
        raise UnusableEdge("Varnish has no TLS: the certificate is for what stands in front of it")
    return (
        EdgeFile(VCL_NAME, vcl(edge, tags), is_secret=edge.purge_secret is not None),
        EdgeFile(SERVICE_NAME, command(storage, listens)),
    )


def vcl(edge: Edge, tags: Tags = Tags.XKEY) -> str:
    """Return the VCL of an edge."""
    vmods = ["directors", "proxy", "std", *(["xkey"] if tags is Tags.XKEY else [])]
    imports = "".join(f"import {each};\n" for each in vmods)
    parts = [
        f"vcl 4.1;\n\n# Made by `soundbridge edge varnish`.\n\n{imports}",
        backends(edge),
        begun(edge.host),
        asked(edge),
        purges(edge, tags),
        invalidates(tags),
        playing(),
        *([CHECKED] if edge.checks_tokens else []),
        GRACE,
        routes(),
        fetched(edge),
        *([ANSWERED] if edge.checks_tokens else []),
        KEPT,
        KEPT_AT_LAST,
        RANGES,
        RESP,
        synthetic(),
    ]
    return "\n".join(parts)
