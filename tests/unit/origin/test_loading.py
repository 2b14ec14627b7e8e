"""Commands and processes begin without loading what they may never need: that is felt each time."""

import subprocess
import sys


def said(program: str) -> str:
    return subprocess.check_output([sys.executable, "-c", program], text=True, timeout=100).strip()


def test_an_operator_waits_for_no_models_of_the_api() -> None:
    module = "origin.companion.identity.administration"
    assert said(f"import sys, {module}; print('pydantic' in sys.modules)") == "False"
