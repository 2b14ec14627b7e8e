"""What nginx logs of those who ask, and what it does not."""

import json
import re
import subprocess
import time
from pathlib import Path

import cdn
from cdn.cmcd.parse import parse_fields, parse_query
from cdn.cmcd.report import Report
from cdn.edge.plan import Address, Edge
from tests.functional.edges.asking import ask
from tests.functional.edges.nginx.own import FOREVER, HOST, SEGMENT
from tests.servers.edges.nginx import nginx
from tests.servers.scripted import Said, ScriptedOrigin
from tests.servers.soundbridge import TIMEOUT_S

DOCUMENT = Path(cdn.__file__).parent / "README.md"


def test_no_token_and_no_query_is_logged(scripted_origin: ScriptedOrigin, tmp_path: Path) -> None:
    edge = Edge(host=HOST, origins=[Address("127.0.0.1", scripted_origin.port)])
    with nginx(edge, tmp_path / "nginx") as running:
        ask(running.url, "/t/a.secret.token/a.m3u8?key=secret")
        ask(running.url, "/v1/search?q=secret")
        for path in ("//t/{}/a.m3u8", "/t/{}/no/such", "/t/x/t/{}/a.m3u8", "/opens/{}/play/a"):
            ask(running.url, path.format("eyJhbGciOi.eyJzZWNyZXQi.secret"))
    said = (tmp_path / "nginx" / "access.log").read_text()
    assert '"path":"/a.m3u8"' in said
    assert '"path":"/v1/search"' in said
    assert said.count('"path":"/t/-"') == 1
    assert re.search("secret|eyJ", said) is None


def test_what_players_tell_is_logged_as_the_api_takes_it(
    scripted_origin: ScriptedOrigin, tmp_path: Path
) -> None:
    """No origin hears of it: CMCD is left out of what is asked. Read as the document says."""
    edge = Edge(host=HOST, origins=[Address("127.0.0.1", scripted_origin.port)])
    scripted_origin.says[SEGMENT] = Said(fields=FOREVER)
    begun_s = time.time()
    with nginx(edge, tmp_path / "nginx") as running:
        ask(running.url, SEGMENT + "?key=1&CMCD=bl%3D6000%2Csid%3D%22a%22")
        ask(running.url, SEGMENT, CMCD_Session='sid="a",st=v', CMCD_Request="bl=500")
        ask(running.url, SEGMENT)
    (program,) = re.findall(
        "jq -c '(.*?)' /var/log", DOCUMENT.read_text(encoding="utf-8"), re.DOTALL
    )
    command = ["jq", "-c", program, str(tmp_path / "nginx" / "access.log")]
    done = subprocess.run(command, capture_output=True, check=True, timeout=TIMEOUT_S)
    found = sorted(map(json.loads, done.stdout.splitlines()), key=lambda report: report["url"])
    by_fields, by_query = found  # each process of nginx writes lines of its own
    assert by_fields["url"] == SEGMENT
    assert parse_fields([by_fields["fields"].encode()]) == Report(sid="a", st="v", bl_ms=500)
    path, _, query = by_query["url"].partition("?")
    assert path == SEGMENT
    assert parse_query(query.encode()) == Report(sid="a", bl_ms=6000)
    assert all(begun_s - 1 < report["at"] < time.time() for report in found)
