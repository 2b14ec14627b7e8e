"""ID3 tags written byte by byte, wrongly where that is what people's files have."""

from collections.abc import Mapping

LATIN_1 = b"\x00"
_FRONT_COVER, _BACK_COVER = b"\x03", b"\x04"


def version_1(title: bytes, artist: bytes) -> bytes:
    """An ID3v1 trailer: fields of 30 bytes in an encoding that it does not tell."""
    fields = title[:30].ljust(30, b"\0") + artist[:30].ljust(30, b"\0")
    return b"TAG" + fields + bytes(30 + 4 + 30) + b"\xff"


def version_2(
    latin_1_frames: Mapping[str, bytes], front: bytes | None = None, back: bytes | None = None
) -> bytes:
    """An ID3v2.3 header with text frames that claim to be Latin-1, and pictures."""
    frames = [frame(name, LATIN_1 + value) for name, value in latin_1_frames.items()]
    for kind, picture in ((_BACK_COVER, back), (_FRONT_COVER, front)):
        if picture is not None:
            frames.append(frame("APIC", LATIN_1 + b"image/jpeg\0" + kind + b"\0" + picture))
    return header(b"".join(frames))


def header(frames: bytes, *, version: int = 3, flags: int = 0) -> bytes:
    """An ID3v2 tag of these frames."""
    return b"ID3" + bytes([version, 0, flags]) + _synchsafe(len(frames)) + frames


def frame(name: str, body: bytes) -> bytes:
    """A frame of ID3v2.3."""
    return name.encode() + len(body).to_bytes(4, "big") + b"\0\0" + body


def _synchsafe(value: int) -> bytes:
    return bytes(value >> shift & 0x7F for shift in (21, 14, 7, 0))
