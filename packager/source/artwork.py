"""A cover, from a source or for a track, made into three JPEGs and a placeholder.

A cover is hostile input like everything else that is uploaded. Its size is looked at before a pixel
is decoded, only a few formats are tried, and whatever goes wrong becomes a note for the creator: a
track without its cover is still a track.

The same cover gives the same bytes: nothing of the original's metadata is carried over (orientation
and colour profile are applied, not copied).
"""

import io
import warnings
from contextlib import suppress
from typing import Final

import numpy as np
from PIL import Image, ImageCms, ImageOps

from packager.source import blurhash
from packager.source.cover import LEFT_OUT, SIZES_PX, ArtworkSet, Cover

_FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP")
_MAX_SOURCE_BYTES: Final = 32 * 2**20
_MAX_PIXELS: Final = 40_000_000
_MAX_ASPECT: Final = 20
_SMOOTH_MODES: Final = frozenset({"L", "LA", "RGB", "RGBA", "CMYK"})
"""Pixel formats that can be resampled as they are; palettes cannot."""
_PLACEHOLDER_PX: Final = 32
_BACKGROUND: Final = "white"


class _UnusableCoverError(Exception):
    """A cover that is left out, with the reason for the creator."""


def make_artwork(cover: bytes | None) -> ArtworkSet:
    """Make the three sizes and the placeholder; never raises because of what is in ``cover``."""
    if cover is None:
        return ArtworkSet()
    try:
        picture = _decode(cover)
    except _UnusableCoverError as error:
        return ArtworkSet(notes=(f"{LEFT_OUT}{error}.",))
    covers = tuple(_fit(picture, box_px) for box_px in SIZES_PX)
    small = picture.resize((_PLACEHOLDER_PX, _PLACEHOLDER_PX), Image.Resampling.BOX)
    return ArtworkSet(covers, blurhash.encode(np.asarray(small)))


def _decode(data: bytes) -> Image.Image:
    """Return the picture upright, in sRGB, without alpha, no larger than anyone needs."""
    if len(data) > _MAX_SOURCE_BYTES:
        raise _UnusableCoverError("it is larger than 32 MB")
    try:
        with warnings.catch_warnings():
            # Pillow's own bomb warning comes on opening; the sizes are checked below.
            warnings.simplefilter("ignore")
            with Image.open(io.BytesIO(data), formats=_FORMATS) as opened:
                _check_size(opened)
                return _flatten(_to_srgb(ImageOps.exif_transpose(_shrunk(opened))))
    except Image.DecompressionBombError as error:
        raise _UnusableCoverError("it has more than 40 million pixels") from error
    except _UnusableCoverError:
        raise
    # Pillow's decoders raise nearly anything on damaged data, and a cover is worth no failure.
    except Exception as error:
        raise _UnusableCoverError(
            "it is damaged, or no JPEG, PNG, WebP, GIF or BMP picture"
        ) from error


def _check_size(picture: Image.Image) -> None:
    width_px, height_px = picture.size
    if width_px * height_px > _MAX_PIXELS:
        raise _UnusableCoverError("it has more than 40 million pixels")
    if max(width_px, height_px) > _MAX_ASPECT * min(width_px, height_px):
        raise _UnusableCoverError("it is a strip, not a picture")


def _shrunk(picture: Image.Image) -> Image.Image:
    """Return no more pixels than the largest size needs, before they are copied about."""
    smooth = picture if picture.mode in _SMOOTH_MODES else picture.convert("RGBA")
    smooth.thumbnail((SIZES_PX[-1], SIZES_PX[-1]), Image.Resampling.LANCZOS)
    return smooth


def _to_srgb(picture: Image.Image) -> Image.Image:
    """Apply the embedded colour profile, where there is one that can be read."""
    profile = picture.info.get("icc_profile")
    if profile and picture.mode in {"RGB", "CMYK", "L"}:
        with suppress(ImageCms.PyCMSError, OSError):
            converted = ImageCms.profileToProfile(
                picture,
                ImageCms.ImageCmsProfile(io.BytesIO(profile)),
                ImageCms.createProfile("sRGB"),
                outputMode="RGB",
            )
            return converted or picture
    return picture


def _flatten(picture: Image.Image) -> Image.Image:
    """Return the picture as RGB, on white where it is transparent."""
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layer = picture.convert("RGBA")
    paper = Image.new("RGBA", layer.size, _BACKGROUND)
    return Image.alpha_composite(paper, layer).convert("RGB")


def _fit(picture: Image.Image, box_px: int) -> Cover:
    fitted = picture.copy()
    fitted.thumbnail((box_px, box_px), Image.Resampling.LANCZOS)
    output = io.BytesIO()
    fitted.save(output, "JPEG", quality=85, optimize=True, progressive=True)
    return Cover(box_px, *fitted.size, output.getvalue())
