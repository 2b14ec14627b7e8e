"""BlurHash: a picture as about thirty characters, shown until the picture has come.

The picture is projected onto a few cosines in linear light, as the reference describes it:
https://github.com/woltapp/blurhash/blob/master/Algorithm.md
"""

from typing import Final

import numpy as np
import numpy.typing as npt

_ALPHABET: Final = (
    "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
)
_AC_STEPS: Final = 19
_MAXIMUM_STEPS: Final = 83
# Where the transfer curve of sRGB stops being a straight line (IEC 61966-2-1).
_LINE_END_SRGB: Final = 0.04045
_LINE_END_LINEAR: Final = 0.0031308


def encode(rgb: npt.NDArray[np.uint8], components_x: int = 4, components_y: int = 4) -> str:
    """Hash sRGB pixels of shape ``(height, width, 3)``; 1 to 9 components in each direction."""
    factors = _factors(_linear(rgb / 255), components_x, components_y).reshape(-1, 3)
    average, details = factors[0], factors[1:]
    largest = float(np.abs(details).max(initial=0))
    maximum_step = int(np.clip(np.floor(largest * 166 - 0.5), 0, _MAXIMUM_STEPS - 1))
    scale = (maximum_step + 1) / 166 if len(details) else 1.0
    spread = np.sign(details) * np.sqrt(np.abs(details) / scale)
    steps = np.clip(np.floor(spread * 9 + 9.5), 0, _AC_STEPS - 1).astype(int)
    parts = [
        _base83((components_x - 1) + (components_y - 1) * 9, 1),
        _base83(maximum_step, 1),
        _base83(_packed(np.rint(_srgb(average) * 255).astype(int), 256), 4),
    ]
    return "".join(parts + [_base83(_packed(step, _AC_STEPS), 2) for step in steps])


def _factors(
    linear: npt.NDArray[np.float64], components_x: int, components_y: int
) -> npt.NDArray[np.float64]:
    """Project onto cosines: ``(components_y, components_x, 3)``."""
    height, width, _ = linear.shape
    across = np.cos(np.pi * np.outer(np.arange(components_x), np.arange(width)) / width)
    down = np.cos(np.pi * np.outer(np.arange(components_y), np.arange(height)) / height)
    factors: npt.NDArray[np.float64] = np.einsum("jy,ix,yxc->jic", down, across, linear)
    factors *= 2 / (width * height)
    factors[0, 0] /= 2
    return factors


def _linear(srgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Undo the transfer curve of sRGB."""
    return np.where(srgb <= _LINE_END_SRGB, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def _srgb(linear: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Apply the transfer curve of sRGB."""
    bounded = np.clip(linear, 0, 1)
    curve = 1.055 * bounded ** (1 / 2.4) - 0.055
    return np.where(bounded <= _LINE_END_LINEAR, bounded * 12.92, curve)


def _packed(digits: npt.NDArray[np.int_], base: int) -> int:
    red, green, blue = (int(digit) for digit in digits)
    return (red * base + green) * base + blue


def _base83(value: int, length: int) -> str:
    return "".join(_ALPHABET[value // 83**place % 83] for place in reversed(range(length)))
