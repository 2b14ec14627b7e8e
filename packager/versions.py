"""Which versions of what had a say in the bytes."""

from importlib.metadata import version
from typing import Final

import av

_LIBRARIES: Final = ("libavformat", "libavcodec", "libavfilter", "libswresample")


def versions() -> dict[str, str]:
    """Return the versions of everything that has a say in the bytes."""
    libraries = av.library_versions
    return {
        "soundbridge": version("soundbridge"),
        "pyav": av.__version__,
        **{name: ".".join(map(str, libraries[name])) for name in _LIBRARIES},
    }
