"""The servers that the public asks: at 443 with TLS, to which 80 sends everybody, or at 80."""

from typing import Final

from cdn.edge.nginx.installation import Installation
from cdn.edge.nginx.locations import locations
from cdn.edge.nginx.text import block
from cdn.edge.nginx.tokens import CHECK_LOCATION, check_location
from cdn.edge.plan import Certificate, Edge

_HTTPS_PORT: Final = 443


def public_servers(edge: Edge, installation: Installation) -> list[str]:
    """Return what answers whoever asks, by whatever name: the key has none."""
    plain = installation.http_port
    if edge.certificate is None:
        return [_answering(edge, _listening(installation, plain, ""))]
    secure = installation.https_port
    tls = [*_listening(installation, secure, " ssl http2"), *_tls(edge.certificate)]
    port = "" if secure == _HTTPS_PORT else f":{secure}"
    return [
        block(
            "server",
            *_listening(installation, plain, ""),
            f"return 308 https://{edge.host}{port}$request_uri;",
        ),
        _answering(edge, tls),
    ]


def _listening(installation: Installation, port: int, how: str) -> list[str]:
    address = installation.address
    addresses = ["*", "[::]"] if address is None else [address]
    return [f"listen {each}:{port}{how};" for each in addresses]


def _tls(certificate: Certificate) -> list[str]:
    return [
        f"ssl_certificate {certificate.chain};",
        f"ssl_certificate_key {certificate.key};",
        "ssl_protocols TLSv1.2 TLSv1.3;",
        "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;  # of TLS 1.2: forward secrecy and AEAD alone",
        "ssl_prefer_server_ciphers off;  # a phone knows best which one costs it little",
        "ssl_session_cache shared:sessions:16m;",
        "ssl_session_timeout 1d;",
        "ssl_session_tickets off;  # their key would stay as it is for as long as nginx runs",
    ]


def _answering(edge: Edge, listening: list[str]) -> str:
    away = "return 418;"
    return block(
        "server",
        *listening,
        f"server_name {edge.host};",
        "recursive_error_pages on;",
        "error_page 418 = $place;",
        f"if ($uri != {CHECK_LOCATION}) {{ {away} }}" if edge.checks_tokens else away,
        *locations(edge),
        *([check_location(edge)] if edge.checks_tokens else []),
    )
