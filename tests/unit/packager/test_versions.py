import json
import platform
import subprocess
import sys

from packager.versions import versions

ON_A_PLAINER_PROCESSOR = """
import ctypes, json
from av import _core
ctypes.CDLL(_core.__file__).av_force_cpu_flags(0)
from packager.versions import versions
print(json.dumps(versions()))
"""


def test_another_kind_of_processor_counts_as_another_version() -> None:
    command = [sys.executable, "-c", ON_A_PLAINER_PROCESSOR]
    output = subprocess.run(command, check=True, capture_output=True, timeout=60).stdout
    here, there = versions(), json.loads(output)
    assert there.pop("processor") == f"{platform.machine()} 0x0"
    assert here.pop("processor") not in {f"{platform.machine()} 0x0", ""}
    assert here == there
