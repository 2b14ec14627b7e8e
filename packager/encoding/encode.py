"""One chunk of one rung: samples in, access units out, in the rung's codec."""

from manifests.rendition import Codec, Ladder, Rung
from packager.encoding import aac, flac
from packager.encoding.chunks import Chunk
from packager.errors import EncoderFailed


def encode_chunk(ladder: Ladder, rung: Rung, chunk: Chunk) -> tuple[bytes, ...]:
    """Encode a chunk to one access unit for each of its frames; raises EncoderFailed."""
    if rung.codec is Codec.FLAC:
        units = flac.encode_chunk(ladder, rung, chunk)
    else:
        units = aac.encode_chunk(ladder, rung, chunk.padded)
    if len(units) != chunk.cut.end_frame - chunk.cut.first_frame:
        raise EncoderFailed("The encoder lost a part of the sound. Please report it.")
    return units


def codec_config(ladder: Ladder, rung: Rung) -> bytes:
    """Return what a decoder is told before the first unit of ``encode_chunk``.

    An AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1) or a STREAMINFO block (RFC 9639 §8.2).
    """
    if rung.codec is Codec.FLAC:
        return flac.stream_info(ladder, rung).to_bytes()
    return aac.codec_config(ladder, rung)
