"""That nginx takes what is written for it, and what cannot be written is said."""

import stat
import subprocess
from pathlib import Path

import pytest

from cdn.edge.nginx.configuration import NAME, configuration
from cdn.edge.plan import Address, Certificate, Edge
from tests.functional.edges.certificates import certificate
from tests.functional.edges.nginx.own import HOST, SECRET
from tests.servers.edges.nginx import installed
from tests.servers.edges.running import written
from tests.servers.soundbridge import TIMEOUT_S, soundbridge_here


@pytest.mark.parametrize(
    "options",
    [
        (),
        ("--origin", "10.0.0.1", "--origin", "[::1]:81", "--roles"),
        ("--check-tokens", "--purge-from", "10.0.0.0/8", "--purge-from", "::1"),
        ("--listen", "[::1]", "--cache-size", "500m", "--cache-days", "1"),
    ],
    ids=["plain", "roles", "tokens", "places"],
)
def test_nginx_takes_what_is_written(tmp_path: Path, options: tuple[str, ...]) -> None:
    (tmp_path / "cache").mkdir()
    where = {
        "--user": "root",
        "--cache-folder": tmp_path / "cache",
        "--log-folder": tmp_path,
        "--pid-file": tmp_path / "pid",
        "--http-port": "18980",
        "--https-port": "18981",
        "--purge-port": "18982",
        "--into": tmp_path,
    }
    usual = () if "--listen" in options else ("--listen", "127.0.0.1")
    flat = [str(each) for pair in where.items() for each in pair]
    done = soundbridge_here("edge", "nginx", *flat, *usual, *options)
    assert done.returncode == 0, done.stderr
    checked = subprocess.run(
        ["nginx", "-t", "-e", "stderr", "-c", str(tmp_path / NAME)],
        capture_output=True,
        text=True,
        timeout=TIMEOUT_S,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
    warned = [each for each in checked.stderr.splitlines() if "[warn]" in each]
    assert [each for each in warned if '"user" directive' not in each] == []


def test_a_configuration_with_a_secret_is_for_its_owner_alone(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    (tmp_path / NAME).write_text("an old one")
    where = ("--into", str(tmp_path))
    assert not soundbridge_here("edge", "nginx", *where).returncode
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o644
    secret = ("--purge-secret-file", str(tmp_path / "secret"))
    assert not soundbridge_here("edge", "nginx", *where, *secret).returncode
    assert f'"{SECRET}"' in (tmp_path / NAME).read_text()
    assert stat.S_IMODE((tmp_path / NAME).stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--cache-size", "10"), "no size"),
        (("--host", "a b"), "no host name"),
        (("--certificate", "/a"), "go together"),
        (("--certificate", "/a.pem", "--certificate-key", "/a.key"), "Say --host"),
        (
            ("--host", "a.b", "--certificate", "a.pem", "--certificate-key", "/k"),
            "no absolute path",
        ),
        (("--http-port", "0"), "three numbers"),
        (("--purge-secret-file", "/bin/true"), "a purge secret is 16 to 128"),
        (("--purge-from", "somewhere"), "no address"),
    ],
)
def test_what_cannot_be_written_is_refused_in_a_sentence(
    options: tuple[str, ...], said: str
) -> None:
    refused = soundbridge_here("edge", "nginx", *options)
    assert refused.returncode == 2
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_certificate_is_taken(tmp_path: Path) -> None:
    chain, key = certificate(tmp_path, HOST)
    edge = Edge(
        host=HOST,
        origins=[Address("127.0.0.1", 1)],
        certificate=Certificate(str(chain), str(key)),
    )
    written([configuration(edge, installed(tmp_path / "nginx"))], tmp_path)
    command = ["nginx", "-t", "-e", "stderr", "-c", str(tmp_path / NAME)]
    assert subprocess.run(command, check=False, timeout=TIMEOUT_S).returncode == 0
