"""The libraries that decode and encode, in a process of their own: loading them may end it."""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE
from collections.abc import Mapping, Sequence
from typing import Any, Final

from origin.checkup.finding import Finding, fail, fine

_ASK: Final = """
import json
import av
def known(name, mode):
    try:
        return av.codec.Codec(name, mode) is not None
    except ValueError:
        return False
print(json.dumps({
    "pyav": av.__version__,
    "ffmpeg": getattr(av, "ffmpeg_version_info", ""),
    "libavcodec": ".".join(map(str, av.library_versions["libavcodec"])),
    "missing": [name for name, mode in NEEDED if not known(name, mode)],
}))
"""
_NEEDED: Final = (("aac", "w"), ("flac", "w"), ("mp3", "r"), ("vorbis", "r"), ("opus", "r"))
_REINSTALL: Final = "Install them again: pip install --force-reinstall --no-deps av."


async def look_at_codecs() -> Sequence[Finding]:
    """Ask for versions and codecs."""
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-c", f"NEEDED = {_NEEDED!r}\n{_ASK}", stdout=PIPE, stderr=PIPE
    )
    try:
        out, err = await child.communicate()
    finally:
        if child.returncode is None:
            child.kill()
            await child.wait()
    if child.returncode:
        lines = err.decode(errors="replace").strip().splitlines()
        why = lines[-1] if lines else f"the process ended with {child.returncode}"
        return [fail(f"The codec libraries cannot be loaded: {why.rstrip('.')}.", _REINSTALL)]
    return [judged(json.loads(out))]


def judged(told: Mapping[str, Any]) -> Finding:
    """Say what the libraries' own words mean. Pure."""
    versions = f"PyAV {told['pyav']}, FFmpeg {told['ffmpeg']}, libavcodec {told['libavcodec']}"
    if told["missing"]:
        return fail(f"{versions} lack {', '.join(told['missing'])}.", _REINSTALL)
    return fine(f"{versions}: what is needed can be decoded and encoded.")
