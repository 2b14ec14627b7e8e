"""The five roles behind one address, by what is written for each edge, as a browser meets it."""

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from cdn.edge.plan import Address, Edge
from cdn.edge.roles import PORTS
from origin.companion.roles import Role
from tests.acceptance.creating import Creator, found, prepared
from tests.acceptance.watching import wait_for_position
from tests.functional.edges.kinds import KINDS
from tests.functional.supervising import embedded

HOST = "127.83.1.5"
"""An address of loopback where nobody else has the ports of the roles."""
WAIT_MS = 60_000


@pytest.fixture(scope="module", params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    said: str = request.param
    return said


@pytest.fixture(scope="module")
def state(kind: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp(kind) / "state"


@pytest.fixture(scope="module")
def address(kind: str, state: Path) -> Iterator[str]:
    folder = state.parent
    with ExitStack() as running:
        for role in Role:
            where = ("--host", HOST, "--port", str(PORTS[role]), "--role", role.value)
            running.enter_context(embedded(state, folder / f"{role}.log", *where))
        plan = Edge(host="localhost", origins=[Address(HOST, 1)], parts=True)
        yield running.enter_context(KINDS[kind](plan, folder / "edge")).url


@pytest.fixture
def page(browser: Browser, address: str) -> Iterator[Page]:
    context = browser.new_context(base_url=address, locale="en-GB")
    context.set_default_timeout(WAIT_MS)
    yield context.new_page()
    context.close()


def upload(page: Page, music: Path, title: str) -> None:
    page.get_by_role("link", name="Upload").click()
    page.set_input_files("input[type=file]", music)
    page.get_by_label("Title").fill(title)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".uploads .state")).to_have_text("Ready", timeout=WAIT_MS)


@pytest.mark.long
def test_a_creator_signs_in_uploads_hears_and_finds_it(
    page: Page, address: str, state: Path, music: Path
) -> None:
    prepared(state, "user", "add", "Ann", "--role", "creator")
    page.goto(prepared(state, "sign-in-link", "Ann", "--public-url", address))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(re.compile(r"/$"))
    upload(page, music, "Hoppípolla")
    with page.expect_response(re.compile(r"/v1/plays$")) as told:
        page.get_by_role("link", name="Listen").click()
        page.get_by_role("button", name="Play").click()
        wait_for_position(page, 0.5)
    assert told.value.ok
    page.goto("/mine")
    expect(page.locator(".own-tracks .state")).to_contain_text("Ready · public")
    found(Creator(address, ""), "hopipolla")  # an index follows within two seconds
    page.goto("/")
    page.get_by_role("combobox", name="Search tracks").fill("hopipolla")
    expect(page.locator(".tracks .track-title")).to_have_text(["Hoppípolla"])
