"""The tune's cover: a sun with rings over a horizon, drawn from distances."""

import io
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image

_Plane = npt.NDArray[np.float64]

_SIDE_PX: Final = 1200
_HORIZON: Final = 0.74
_NIGHT: Final = np.array((24.0, 28.0, 66.0))
_DAWN: Final = np.array((232.0, 110.0, 82.0))
_GLOW: Final = np.array((255.0, 226.0, 160.0))


def cover_jpeg() -> bytes:
    """Return the square picture as a JPEG."""
    y, x = np.mgrid[0:_SIDE_PX, 0:_SIDE_PX] / _SIDE_PX
    sky = _mix(_NIGHT, _DAWN, np.clip(y / 0.72, 0, 1) ** 1.6)
    sky = _mix(sky, _GLOW, _light(np.hypot(x - 0.5, y - 0.62)))
    reflection = 0.65 * np.exp(-(((x - 0.5) / (0.04 + (y - 0.6) * 0.35)) ** 2))
    sea = _mix(_NIGHT * 0.7 + _DAWN * 0.25, _GLOW, reflection)
    picture = _mix(sky, sea, _edge((y - _HORIZON) * 900))
    file = io.BytesIO()
    Image.fromarray(np.clip(picture, 0, 255).astype(np.uint8)).save(file, "JPEG", quality=88)
    return file.getvalue()


def _light(distance: _Plane) -> _Plane:
    """Return the sun's disc and its ringed halo, by the distance from its middle."""
    rings = 0.45 + 0.125 * (1 + np.cos(distance * 90))
    return np.clip(np.exp(-distance * 5) * rings + _edge((0.17 - distance) * 260), 0, 1)


def _edge(value: _Plane) -> _Plane:
    """Return a soft step from 0 to 1."""
    return 1 / (1 + np.exp(np.clip(-value, -500, 500)))


def _mix(below: _Plane, above: _Plane, amount: _Plane) -> _Plane:
    """Return colours, ``amount`` of the way from one to the other."""
    share = amount[..., None]
    return below * (1 - share) + above * share
