"""Commands and processes begin without loading what they may never need: that is felt each time."""

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module", ["origin.companion.identity.administration", "origin.packaging_orders"]
)
def test_operators_and_what_packages_wait_for_no_models_of_the_api(module: str) -> None:
    program = f"import sys, {module}; print('pydantic' in sys.modules)"
    command = [sys.executable, "-c", program]
    assert subprocess.check_output(command, text=True, timeout=100).strip() == "False"
