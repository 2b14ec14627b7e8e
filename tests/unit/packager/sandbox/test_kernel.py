"""What readers go without on one kernel and another; ``test_less_confined`` asks a real one."""

from dataclasses import replace

import pytest

from packager.sandbox.kernel import Kernel, lacking

WHOLE = Kernel(landlock_version=1, takes_filters=True, machine="x86_64")


@pytest.mark.parametrize(
    ("kernel", "names"),
    [
        (WHOLE, []),
        (replace(WHOLE, landlock_version=9, machine="aarch64"), []),
        (replace(WHOLE, landlock_version=0), ["landlock"]),
        (replace(WHOLE, takes_filters=False), ["seccomp"]),
        (replace(WHOLE, machine="riscv64"), ["seccomp"]),
        (Kernel(landlock_version=0, takes_filters=False, machine="?"), ["landlock", "seccomp"]),
    ],
)
def test_what_is_lacking_is_named_and_what_helps_is_said(kernel: Kernel, names: list[str]) -> None:
    found = lacking(kernel)
    assert list(found) == names
    for remedy in found.values():
        assert ": use " in remedy
        assert remedy.endswith(".")


def test_where_calls_have_unknown_numbers_another_kernel_is_no_remedy() -> None:
    found = lacking(replace(WHOLE, takes_filters=False, machine="riscv64"))
    assert "use x86_64 or aarch64 instead of riscv64." in found["seccomp"]
    assert "CONFIG" not in found["seccomp"]
