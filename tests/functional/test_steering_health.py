"""Edges that die and come back, as the whole program sees them and tells players of it."""

import json
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from obstore.store import LocalStore

from cdn.steering.answer import TROUBLED_TTL_S
from cdn.steering.order import drawn
from cdn.steering.pathway import Pathway
from tests.functional.scraping import metrics
from tests.functional.supervising import Server, supervised, until
from tests.servers.failing_edges import Edge, edges
from tests.servers.soundbridge import TIMEOUT_S, running, soundbridge_here, url_said
from tests.sources.published import publish

SESSIONS = 40
AT_HOME_IN_A = next(
    session
    for session in map(str, range(SESSIONS))
    if drawn(session, Pathway("a", "")) > drawn(session, Pathway("b", ""))
)


@dataclass
class Steered:
    """A server of two processes behind two edges, ``a`` and ``b``."""

    server: Server
    a: Edge
    b: Edge

    def told(self, session: str) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(
            self.server.get(f"/steering/first-light?session={session}")
        )
        return found

    def shares(self) -> Counter[str]:
        """Return how many of some sessions come to each pathway first, whoever answers them."""
        found = (self.told(f"s{number}")["PATHWAY-PRIORITY"][0] for number in range(SESSIONS))
        return Counter(found)

    def are_all_well(self) -> bool:
        """Tell whether both processes have nothing to say against any edge."""
        return all(self.told("s")["TTL"] > TROUBLED_TTL_S for _ in range(SESSIONS // 2))


@pytest.fixture(scope="module")
def steered(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Steered]:
    folder = tmp_path_factory.mktemp("steered")
    publish(LocalStore(folder / "store", mkdir=True))
    with edges("127.0.0.2", "127.0.0.3") as (a, b):
        pathways = (f"--pathway=a={a.url}", f"--pathway=b={b.url}")
        options = ("--workers", "2", "--metrics-port", "0", *pathways)
        with supervised(folder / "store", folder / "log", *options) as server:
            a.origin_port = b.origin_port = server.address[1]
            yield Steered(server, a, b)


@pytest.fixture
def well(steered: Steered) -> Iterator[Steered]:
    until(steered.are_all_well)
    yield steered
    for edge in (steered.a, steered.b):
        edge.come_back()


@pytest.mark.long
def test_an_edge_that_dies_is_left_and_is_used_again_once_it_is_well(well: Steered) -> None:
    before = well.shares()
    assert min(before.values()) > SESSIONS / 8
    well.a.die()
    until(lambda: well.shares() == Counter(b=SESSIONS))
    until(lambda: metrics(well.server)["soundbridge_silent_pathways,pathway=a"] == 2)
    assert metrics(well.server)["soundbridge_silent_pathways,pathway=b"] == 0
    said = well.told("s")
    assert said["PATHWAY-PRIORITY"] == ["b", "a"]
    assert said["TTL"] == TROUBLED_TTL_S
    well.a.come_back()
    assert well.shares() == Counter(b=SESSIONS)  # one answer does not make it well
    until(lambda: well.shares() == before)  # each session is where it was
    until(well.are_all_well)
    until(lambda: metrics(well.server)["soundbridge_silent_pathways,pathway=a"] == 0)


@pytest.mark.long
def test_an_edge_that_says_nothing_any_more_is_left_too(well: Steered) -> None:
    well.b.hang()
    until(lambda: well.shares() == Counter(a=SESSIONS))


@pytest.mark.long
def test_where_all_are_dead_all_are_told_as_if_none_were(well: Steered) -> None:
    before = well.shares()
    for edge in (well.a, well.b):
        edge.die()
    both = ("soundbridge_silent_pathways,pathway=a", "soundbridge_silent_pathways,pathway=b")
    until(lambda: [metrics(well.server)[name] for name in both] == [2, 2])
    assert well.shares() == before


@pytest.mark.long
def test_who_has_just_begun_to_look_sends_nobody_to_an_edge_that_says_nothing(
    tmp_path: Path,
) -> None:
    """As a process does that takes another's place while an edge is dead."""
    publish(LocalStore(tmp_path / "store", mkdir=True))
    with edges("127.0.0.2", "127.0.0.3") as (a, b):
        a.hang()
        pathways = (f"--pathway=a={a.url}", f"--pathway=b={b.url}")
        with running("serve", "--store", tmp_path / "store", "--port", "0", *pathways) as server:
            url = url_said(server)
            b.origin_port = urlsplit(url).port
            a.origin_port = b.origin_port

            def told(pathway: str) -> str:
                asked = f"{url}/steering/x?session={AT_HOME_IN_A}&_HLS_pathway={pathway}"
                with urllib.request.urlopen(asked, timeout=TIMEOUT_S) as answer:  # noqa: S310 loopback
                    return str(json.load(answer)["PATHWAY-PRIORITY"][0])

            found = [told("b")]
            while told("a") == "a":  # until it is known to be silent
                found.append(told("b"))
            assert len(found) > 1
            assert set(found) == {"b"}


SAID = "a=https://a.example;regions=DE,FR;cost=2,b=https://b.example;weight=3"


@pytest.mark.long_unless("environment")
@pytest.mark.parametrize("place", ["environment", "file", "line"])
def test_pathways_are_said_as_all_settings_are(tmp_path: Path, place: str) -> None:
    line: list[str] = []
    environment: dict[str, str] = {}
    each = [SAID[: SAID.index(",b=")], SAID[SAID.index("b=") :]]
    if place == "environment":
        environment = {"SOUNDBRIDGE_PATHWAY": SAID}
    elif place == "file":
        (tmp_path / "x.toml").write_text(f"pathway = {json.dumps(each)}\n")
        environment = {"SOUNDBRIDGE_CONFIG": str(tmp_path / "x.toml")}
    else:
        line = [word for text in each for word in ("--pathway", text)]
    publish(LocalStore(tmp_path / "store", mkdir=True))
    store = ("--store", tmp_path / "store", "--port", "0")
    with running("serve", *store, *line, environment=environment) as server:
        url = url_said(server)
        with urllib.request.urlopen(f"{url}/first-light.m3u8", timeout=TIMEOUT_S) as answer:  # noqa: S310 loopback
            text = answer.read().decode()
    assert "\nhttps://a.example/media/" in text
    assert "\nhttps://b.example/media/" in text


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (("--pathway", "a"), "no URL"),
        (("--pathway", "a=https://a", "--pathway", "a=https://b"), "two pathways have one name"),
        (("--steering-url", "https://s.example"), "needs --pathway"),
        (("--pathway", "a=https://a", "--steering-url", "s.example"), "is no URL"),
        (("--pathway", "a=https://a;weight=0"), "weight 0"),
    ],
)
def test_what_makes_no_sense_is_said(tmp_path: Path, options: tuple[str, ...], why: str) -> None:
    done = soundbridge_here("serve", "--store", tmp_path, *options)
    assert done.returncode == 2
    assert why in done.stderr


def test_under_tokens_pathways_that_differ_by_more_than_their_host_are_refused(
    tmp_path: Path,
) -> None:
    made = soundbridge_here("token", "new-key", tmp_path / "signing.pem")
    (tmp_path / "key.json").write_text(made.stdout)
    both = ("--pathway", "a=https://a.example", "--pathway", "b=https://b.example/audio/")
    done = soundbridge_here(
        "serve", "--store", tmp_path, "--playback-keys", tmp_path / "key.json", *both
    )
    assert done.returncode == 2
    assert "differ by their host alone" in done.stderr
