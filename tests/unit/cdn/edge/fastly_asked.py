"""Requests of a Fastly service that checks tokens, and the key by which it does."""

from functools import partial

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from cdn.edge.cloud import CloudEdge, CloudOrigin
from cdn.edge.fastly.vcl import service
from cdn.signing.keys import Algorithm, new_signing_key
from tests.functional.edge_tokens import NOW_S
from tests.unit.cdn.edge.vcl_in_python import Request, Service

CURVE = new_signing_key(Algorithm.ES256)
PEM = CURVE.public.half.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


def edge(*, checks_tokens: bool = True) -> CloudEdge:
    origin = CloudOrigin.read("https://origin.example.com")
    return CloudEdge(host="music.example.com", origin=origin, checks_tokens=checks_tokens)


VCL = service(edge())
Vcl = partial(Request, Service(VCL, {CURVE.public.kid: PEM}), now_s=NOW_S)
