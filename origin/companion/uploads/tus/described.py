"""The header fields of tus as the document describes them: what each endpoint takes and gives."""

from typing import Final

from aiohttp import hdrs

from origin.companion.api.header_field import HeaderField, Protocol
from origin.companion.uploads.tus import fields

_BASE64: Final = "[A-Za-z0-9+/]*={0,2}"

RESUMABLE: Final = HeaderField(
    name=fields.RESUMABLE, description="The version that is spoken.", values=(fields.VERSION,)
).always
LOCATION: Final = HeaderField(
    name=hdrs.LOCATION, description="Where the bytes of the upload go."
).always
OFFSET: Final = HeaderField(
    name=fields.OFFSET, description="How many bytes are there; the next go behind them.",
    is_number=True,
)  # fmt: skip
LENGTH: Final = HeaderField(
    name=fields.LENGTH, description="How many bytes there are in all, where that is known.",
    is_number=True,
)  # fmt: skip
LENGTH_LATER: Final = HeaderField(
    name=fields.DEFER_LENGTH, description=f"In place of {fields.LENGTH}: it is said later.",
    values=("1",),
)  # fmt: skip
METADATA: Final = HeaderField(
    name=fields.METADATA,
    description="Pairs of a key and a value in base64: `filename`, `sha256`, `track_id`, "
    "`lossless`, `packed_audio`.",
    examples=("filename c29uZy53YXY=,lossless MQ==",),
)
CONCAT: Final = HeaderField(
    name=fields.CONCAT,
    description="`partial` for a part of an upload, `final;` and the addresses of the parts, with "
    f"spaces between, for the whole, of which no {fields.LENGTH} is said.",
    pattern="^(partial|final;.+)$",
)
CHECKSUM: Final = HeaderField(
    name=fields.CHECKSUM,
    description="That of this request's bytes, in base64, behind the name of its algorithm.",
    pattern=f"^({'|'.join(fields.CHECKSUMS)}) {_BASE64}$",
)
EXPIRES: Final = HeaderField(
    name=fields.EXPIRES,
    description="Until when something has to come: a date of HTTP (RFC 9110 §5.6.7).",
)
METHOD_OVERRIDE: Final = HeaderField(
    name=fields.METHOD_OVERRIDE, description="What is meant, by who can send POST alone.",
    values=(hdrs.METH_DELETE, hdrs.METH_PATCH),
).always  # fmt: skip
NO_STORE: Final = HeaderField(
    name=hdrs.CACHE_CONTROL, description="Nobody keeps it.", values=("no-store",)
).always

VERSIONS: Final = HeaderField(
    name=fields.VERSIONS, description="The versions that are spoken here.",
    values=(fields.VERSION,),
).always  # fmt: skip
EXTENSION: Final = HeaderField(
    name=fields.EXTENSION, description="The extensions that are spoken here.",
    values=(fields.EXTENSIONS,),
).always  # fmt: skip
MAX_SIZE: Final = HeaderField(
    name=fields.MAX_SIZE, description="How many bytes an upload has at most.", is_number=True
).always
CHECKSUM_ALGORITHM: Final = HeaderField(
    name=fields.CHECKSUM_ALGORITHM, description=f"Which {fields.CHECKSUM} may have.",
    values=(",".join(fields.CHECKSUMS),),
).always  # fmt: skip

TUS: Final = Protocol(
    url=fields.PROTOCOL,
    marks=(RESUMABLE,),
    refusal=(VERSIONS,),
    offers=(VERSIONS, EXTENSION, MAX_SIZE, CHECKSUM_ALGORITHM),
)
