"""A file that somebody writes to, or takes away, while it is being uploaded for workers."""

import os
from pathlib import Path

import pytest
from click.testing import CliRunner

from origin.cli import main
from origin.packaging_job import PackagingJob, Queued
from origin.stores.opening import open_store
from origin.uploading import Upload, upload_and_queue
from packager.errors import SourceChanged, SourceNotFound, StoreFailed
from tests.functional.looking import keys, read
from tests.functional.storing import reached
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import Fault, Request, always, writes
from tests.servers.seaweedfs import Bucket

IN_ONE_PIECE, IN_PARTS = 1_000_003, 9_000_011
FAR_IN = 30_000_000
"""Far enough for it not to have been read when a server is first asked."""


def queued() -> Queued:
    return Queued("job", PackagingJob("source", "song", "plays", "now"), is_new=True)


def never_queued() -> Queued:
    raise AssertionError


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "song.wav"


def rewrite(file: Path) -> None:
    """Let it hold something else, of the same size."""
    file.write_bytes(os.urandom(file.stat().st_size))


@pytest.mark.parametrize("size_bytes", [IN_ONE_PIECE, IN_PARTS])
def test_what_is_not_what_was_hashed_is_not_queued(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch, file: Path, size_bytes: int
) -> None:
    reached(s3, monkeypatch)
    file.write_bytes(os.urandom(size_bytes))
    upload = Upload.of(file, "s3://audio/rewritten", "song", "upload")
    rewrite(file)
    with pytest.raises(SourceChanged, match=r"^song\.wav was changed while it was being uploaded"):
        upload_and_queue(upload, never_queued)
    assert keys(s3.store("rewritten")) == set()


def test_nor_is_it_where_tags_do_not_tell(tmp_path: Path, file: Path) -> None:
    file.write_bytes(os.urandom(IN_ONE_PIECE))
    upload = Upload.of(file, str(tmp_path / "store"), "song", "upload")
    with file.open("ab") as opened:
        opened.write(b"and more")
    with pytest.raises(SourceChanged, match="while it was being uploaded"):
        upload_and_queue(upload, never_queued)
    assert not (tmp_path / "store").exists()


@pytest.mark.parametrize("in_folder", [True, False])
def test_what_is_gone_is_not_to_be_found(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, file: Path, *, in_folder: bool
) -> None:
    reached(s3, monkeypatch)
    file.write_bytes(os.urandom(IN_ONE_PIECE))
    location = str(tmp_path / "store") if in_folder else "s3://audio/gone"
    upload = Upload.of(file, location, "song", "upload")
    file.unlink()
    with pytest.raises(SourceNotFound):
        upload_and_queue(upload, never_queued)
    assert keys(s3.store("gone")) == set()
    assert not (tmp_path / "store").exists()


def test_a_file_that_was_touched_is_the_same(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    reached(s3, monkeypatch)
    file.write_bytes(os.urandom(IN_PARTS))
    upload = Upload.of(file, "s3://audio/touched", "song", "upload")
    os.utime(file, (0, 0))
    upload_and_queue(upload, queued)
    assert read(open_store("s3://audio/touched"), upload.key) == file.read_bytes()


def test_what_never_arrives_as_it_is_does_not_stay(
    s3: Bucket, monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    file.write_bytes(os.urandom(IN_ONE_PIECE))
    upload = Upload.of(file, "s3://audio/altered", "song", "upload")
    with fault_proxy(s3, always(Fault.ALTERED_UPLOAD, writes)) as proxy:
        reached(proxy.bucket, monkeypatch)
        with pytest.raises(StoreFailed, match="it never arrives as it was sent"):
            upload_and_queue(upload, never_queued)
    assert keys(s3.store("altered")) == set()


def test_who_gave_the_command_is_told(s3: Bucket, tmp_path: Path, file: Path) -> None:
    file.write_bytes(os.urandom(FAR_IN + IN_ONE_PIECE))

    def plan(request: Request) -> Fault | None:
        if request.method == "POST" and "uploads" in request.target:
            with file.open("r+b") as opened:
                opened.seek(FAR_IN)
                opened.write(os.urandom(100))
        return None

    options = ("--state", str(tmp_path / "state"), "--upload-to", "s3://audio/told")
    with fault_proxy(s3, plan) as proxy:
        done = CliRunner().invoke(
            main, ["enqueue", str(file), *options], env=proxy.bucket.environment
        )
    assert done.exit_code == 1
    assert done.stderr == (
        "Error: song.wav was changed while it was being uploaded. "
        "Wait until it is written, then queue it again.\n"
    )
    assert keys(s3.store("told")) == set()
    assert not (tmp_path / "state").exists()
