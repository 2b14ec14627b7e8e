"""Two edges in front of one origin, and a page that plays through them: what it asks, and where."""

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, urlsplit

from playwright.sync_api import Browser, Page, Request

from tests.acceptance.watching import WATCH, wait_for_position
from tests.servers.failing_edges import Edge, edges
from tests.servers.soundbridge import running, url_said

SEGMENT: Final = re.compile(r"/\w+/\d+\.m4s$")
SEGMENT_S: Final = 6
HOSTS: Final = ("127.0.0.2", "127.0.0.3", "127.0.0.4")
PACE_BYTES_PER_S: Final = 120_000
"""Three times what the best rung is."""
PLAY: Final = """async ([module, uri, rate]) => {
    const {default: Hls} = await import(module);
    const audio = document.createElement('audio');
    document.body.replaceChildren(audio);
    const hls = new Hls();
    window.hls = hls;
    hls.on(Hls.Events.ERROR, (_, {details, fatal}) => document.dispatchEvent(
        new CustomEvent('playbacktrouble', {detail: {details, fatal}})));
    hls.loadSource(uri);
    hls.attachMedia(audio);
    audio.autoplay = true;
    audio.defaultPlaybackRate = audio.playbackRate = rate;
}"""
"""As the simplest of pages would, with hls.js as it comes; nothing is set."""


@dataclass
class Surroundings:
    """An origin, and what leads to it: two edges, and where players ask which one to use."""

    url: str
    edges: dict[str, Edge]
    steering: Edge

    def edge_of(self, url: str) -> Edge:
        return self.edges[str(urlsplit(url).hostname)]

    def other_than(self, edge: Edge) -> Edge:
        (other,) = (each for each in self.edges.values() if each is not edge)
        return other

    def name_of(self, edge: Edge) -> str:
        """Return which pathway leads through an edge."""
        return "ab"[list(self.edges).index(edge.host)]

    def pace(self, bytes_per_s: float) -> None:
        """Have both bring no more, so that not all has come before anything happens."""
        for edge in self.edges.values():
            edge.bytes_per_s = bytes_per_s

    def restore(self) -> None:
        for edge in (*self.edges.values(), self.steering):
            edge.come_back()
            edge.bytes_per_s = None


@dataclass
class Asked:
    """Which segments a page asks for, where, and when."""

    segments: list[tuple[float, str]] = field(default_factory=list)

    def note(self, request: Request) -> None:
        if SEGMENT.search(request.url):
            self.segments.append((time.monotonic(), request.url))

    @property
    def last(self) -> str:
        return self.segments[-1][1]


@contextmanager
def surroundings(store: Path, *options: str) -> Iterator[Surroundings]:
    with edges(*HOSTS) as opened:
        first, second, steering = opened
        pathways = [
            f"--pathway={name}={each.url}" for name, each in zip("ab", opened, strict=False)
        ]
        steered = (*pathways, f"--steering-url={steering.url}", "--steering-ttl=10")
        with running("serve", "--store", store, "--port", "0", *steered, *options) as server:
            url = url_said(server)
            for edge in opened:
                edge.origin_port = urlsplit(url).port
            yield Surroundings(url, {each.host: each for each in (first, second)}, steering)


def listening(browser: Browser, url: str, asked: Asked) -> Iterator[Page]:
    context = browser.new_context(base_url=url)
    context.set_default_timeout(90_000)
    page = context.new_page()
    page.on("request", asked.note)
    yield page
    page.unroute_all(behavior="wait")
    context.close()


def play_plainly(page: Page, plain: str, entry: str, source: str = "/hls.mjs") -> None:
    """Play with hls.js, as it comes or as it is elsewhere, on a page that has nothing else."""
    page.goto(f"{plain}/")
    page.evaluate(PLAY, [source, entry, 1])
    page.evaluate(WATCH)


def silent_since(asked: Asked, edge: Edge, dead_s: float) -> float:
    """Return how long after the death of an edge the first segment was asked for elsewhere."""
    elsewhere = [at_s for at_s, url in asked.segments if at_s > dead_s and edge.host not in url]
    return elsewhere[0] - dead_s


def says_it_is_on(pathway: str, request: Request) -> bool:
    """Tell whether a player that has been steered asks again, from a pathway."""
    parts = urlsplit(request.url)
    said = dict(parse_qsl(parts.query))
    is_asked = parts.path.startswith("/steering/") and "session" in said
    return is_asked and said["_HLS_pathway"] == pathway


def used(page: Page, around: Surroundings, asked: Asked) -> Edge:
    """Return the edge that is used once the player has been told which one to use."""
    wait_for_position(page, 3)
    return around.edge_of(asked.last)
