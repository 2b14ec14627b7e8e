"""Files too large to be hashed before they play, with little sound in them: the rest is padding."""

import shutil
from pathlib import Path
from typing import Final

from packager.source.fingerprint import WHOLE_BYTES, sampled

_PADDING_BYTES: Final = WHOLE_BYTES + 2**24


def padded(wav: Path, target: Path) -> Path:
    """Write a WAV with a chunk that is skipped in front of its samples."""
    data = wav.read_bytes()
    samples_from = data.index(b"data")
    length = _PADDING_BYTES.to_bytes(4, "little")
    before = b"WAVE" + data[12:samples_from] + b"JUNK" + length
    size_bytes = len(before) + _PADDING_BYTES + len(data) - samples_from
    with target.open("wb") as file:
        file.write(b"RIFF" + size_bytes.to_bytes(4, "little") + before)
        file.seek(_PADDING_BYTES, 1)
        file.write(data[samples_from:])
    return target


def edited(large: Path, target: Path) -> Path:
    """Write a copy that is silent for a while, nowhere where a fingerprint would tell."""
    shutil.copyfile(large, target)
    size_bytes = target.stat().st_size
    *_, before, after, _end = sampled(size_bytes)
    start, end = max(sum(before), _PADDING_BYTES + 2**16), after[0]
    with target.open("r+b") as file:
        file.seek(start - start % 4)
        file.write(bytes((end - start) // 8 * 4))
    return target
