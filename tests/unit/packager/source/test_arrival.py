import fcntl
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from packager.source.arrival import ArrivingFile, check_whole, open_arriving, open_bytes

DATA = bytes(range(256)) * 4096
SOON_S, LONG_S = 0.3, 30.0


def begun(call: Callable[[], bytes]) -> Future[bytes]:
    executor = ThreadPoolExecutor(1)
    future = executor.submit(call)
    executor.shutdown(wait=False)
    return future


def read(path: Path, start: int, length: int) -> bytes:
    with open_bytes(path) as file:
        file.seek(start)
        return file.read(length)


def test_what_is_there_is_not_waited_for_and_the_rest_is(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with ArrivingFile(path, len(DATA)) as file:
        file.write(1000, DATA[1000:5000])
        assert read(path, 1000, 4000) == DATA[1000:5000]
        waiting = begun(lambda: read(path, 4999, 2))
        with pytest.raises(TimeoutError):
            waiting.result(SOON_S)
        file.write(5000, DATA[5000:])
        assert waiting.result(LONG_S) == DATA[4999:5001]
        assert read(path, len(DATA) - 10, 20) == DATA[-10:]
        whole = begun(lambda: read(path, 0, -1))
        file.write(0, DATA[:1000])
        assert whole.result(LONG_S) == DATA
    assert open_arriving(path) is None


def test_a_reader_takes_what_is_there(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with ArrivingFile(path, len(DATA)) as file, open_bytes(path) as reader:
        file.write(0, DATA[:1000])
        assert reader.read1(5000) == DATA[:1000]


def test_another_process_waits_as_well(tmp_path: Path) -> None:
    path = tmp_path / "x"
    program = (
        "import sys; from pathlib import Path;"
        "from packager.source.arrival import expect, open_bytes;"
        "path = Path(sys.argv[1]); expect(path); file = open_bytes(path);"
        "print('open', flush=True); sys.exit(len(file.read()) != int(sys.argv[2]))"
    )
    with ArrivingFile(path, len(DATA)) as file:
        command = [sys.executable, "-c", program, str(path), str(len(DATA))]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"open\n"
            with pytest.raises(subprocess.TimeoutExpired):
                process.wait(SOON_S)
            file.write(0, DATA)
            assert process.wait(LONG_S) == 0


def test_nobody_reads_what_never_arrived(tmp_path: Path) -> None:
    path = tmp_path / "x"
    with ArrivingFile(path, len(DATA)) as file:
        file.write(0, DATA[:1000])
        reader = open_bytes(path)
    with reader:
        assert reader.read() == b""
        with pytest.raises(OSError, match="became shorter"):
            check_whole(reader, len(DATA))


def test_a_file_that_is_there_is_not_filled_again(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(DATA)
    with pytest.raises(FileExistsError):
        ArrivingFile(tmp_path / "x", 1)
    assert open_arriving(tmp_path / "x") is None
    assert read(tmp_path / "x", 10, 5) == DATA[10:15]


def test_what_other_programs_lock_is_read_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_bytes(DATA)
    with path.open("r+b") as other:
        fcntl.lockf(other, fcntl.LOCK_EX)
        program = "import sys; from pathlib import Path; from packager.source.arrival import *;"
        program += "sys.exit(len(open_bytes(Path(sys.argv[1])).read()) != int(sys.argv[2]))"
        command = [sys.executable, "-c", program, str(path), str(len(DATA))]
        assert subprocess.run(command, timeout=LONG_S, check=False).returncode == 0


def test_a_file_knows_whether_it_is_complete(tmp_path: Path) -> None:
    with ArrivingFile(tmp_path / "x", 2) as file:
        file.write(1, b"b")
        with pytest.raises(OSError, match="1 bytes have not come"):
            file.check_complete()
        file.write(0, b"a")
        file.check_complete()
