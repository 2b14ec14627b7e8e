"""The command that Varnish is run with, as a drop-in for the service of Debian's package.

Everything that it holds has a limit: copies, and, apart, what passes through or lives shortly, as
the API's answers do. Where there is no more room, a segment takes that of hundreds of small copies,
so there is no limit to how many (``nuke_limit``): with Varnish's own, of 50, it would be refused,
and the answer be 503.
Players ask every few seconds, so that connections are kept for longer than Varnish would, and so
are uploads that pause. Varnish is not to touch content codings: the origin has made all there are.
CDNs in front send dozens of fields beside those of browsers, and notes of the VCL are fields, too.
It speaks HTTP/2 to who comes from a TLS terminator by the PROXY protocol.
"""

import re
from collections.abc import Sequence
from typing import Final

from cdn.edge.plan import PORT_MAX
from cdn.errors import UnusableEdge

USUAL_STORAGE: Final = "1G"
USUAL_LISTENS: Final = (":80",)
VCL_NAME: Final = "soundbridge.vcl"
SERVICE_NAME: Final = "varnish.service.conf"

_TRANSIENT: Final = "256M"
_STORAGE: Final = re.compile(r"(?P<number>[1-9][0-9]{0,11})(?P<unit>[KMGTkmgt]?)")
_STORAGE_BYTES_MIN: Final = 1 << 20
"""Varnish starts with no less."""
_UNITS: Final = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}
_LISTEN: Final = re.compile(
    r"(?:[A-Za-z0-9.-]*|\[[0-9A-Fa-f:.]+\]):(?P<port>[0-9]{1,5})(?:,(?:PROXY|HTTP))?"
)
PARAMETERS: Final = {
    "feature": "+http2",
    "http_gzip_support": "off",
    "http_max_hdr": "128",
    "http_resp_hdr_len": "16k",
    "nuke_limit": "100000",
    "timeout_idle": "75",
}


def command(storage: str = USUAL_STORAGE, listens: Sequence[str] = USUAL_LISTENS) -> str:
    """Return the drop-in; raises UnusableEdge for sizes and addresses that are none.

    ``listens`` are as ``varnishd -a`` takes them: ``HOST:PORT``, ``HOST:PORT,PROXY``.
    """
    size = _STORAGE.fullmatch(storage)
    if size is None or int(size["number"]) << _UNITS[size["unit"].upper()] < _STORAGE_BYTES_MIN:
        raise UnusableEdge(f"{storage!r} is no size: it is a number and K, M, G or T, as 4G")
    for each in listens:
        place = _LISTEN.fullmatch(each)
        if place is None or not 0 < int(place["port"]) <= PORT_MAX:
            raise UnusableEdge(f"{each!r} is nothing to listen at: it is [HOST]:PORT[,PROXY]")
    words = [
        "/usr/sbin/varnishd -F -j unix,user=vcache",
        *(f"-a {each}" for each in listens),
        f"-f /etc/varnish/{VCL_NAME}",
        "-T localhost:6082 -S /etc/varnish/secret",
        f"-s malloc,{storage} -s Transient=malloc,{_TRANSIENT}",
        *(f"-p {name}={value}" for name, value in PARAMETERS.items()),
    ]
    lines = " \\\n    ".join(words)
    return f"[Service]\nExecStart=\nExecStart={lines}\n"
