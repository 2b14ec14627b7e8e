"""Which versions of what had a say in the bytes, and which processor had.

FFmpeg has a variant of its inner loops for each extension of a processor's instructions, and they
round differently: another kind of processor makes other bytes of the same sound. So what FFmpeg
found there counts like a version. It is asked through the library that PyAV has loaded.
"""

import ctypes
import platform
from importlib.metadata import version
from typing import Final

import av
from av import _core as loaded

_LIBRARIES: Final = ("libavformat", "libavcodec", "libavfilter", "libswresample")
_LIBAVUTIL: Final = ctypes.CDLL(loaded.__file__)
"""Names are looked up in what a library depends on, too."""
_UNSIGNED: Final = 0xFFFF_FFFF


def versions() -> dict[str, str]:
    """Return the versions of everything that has a say in the bytes."""
    libraries = av.library_versions
    return {
        "soundbridge": version("soundbridge"),
        "pyav": av.__version__,
        **{name: ".".join(map(str, libraries[name])) for name in _LIBRARIES},
        "processor": f"{platform.machine()} {_LIBAVUTIL.av_get_cpu_flags() & _UNSIGNED:#x}",
    }
