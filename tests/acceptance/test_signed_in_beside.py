"""Somebody else signs in meanwhile, in another tab, for whom what is private is not there."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, Response, Route, expect

from tests.acceptance.places import Place, complaints, page, place, sign_in, sign_in_beside
from tests.acceptance.uploading import UPLOADS, upload
from tests.functional.supervising import until

__all__ = ["complaints", "page", "place"]

pytestmark = pytest.mark.long

ONE_ASSET = re.compile(r"/v1/assets/(?!events)[\w-]+$")
ME = re.compile(r"/v1/me$")


def say_nothing(route: Route) -> None:
    route.fulfill(status=503, json={})


def is_other(response: Response) -> bool:
    return ME.search(response.url) is not None


def test_a_file_is_not_said_to_be_deleted_as_somebody_else_is_signed_in(
    page: Page, place: Place, music: Path
) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(ONE_ASSET, say_nothing)
    with page.expect_response(UPLOADS) as made:
        upload(page, music)
    asset = f"/v1/assets/{made.value.json()['asset_id']}"
    until(lambda: page.request.get(asset).json().get("state") == "ready")
    sign_in_beside(page, place, "Ann")
    with page.expect_response(is_other):
        page.unroute_all(behavior="wait")
    expect(page.locator(".uploads .state")).to_have_text("Received, waiting to be packaged")
    sign_in_beside(page, place, "Bob")
    expect(page.locator(".uploads .state")).to_have_text("Ready")


def test_a_track_is_not_said_to_have_no_sound_as_somebody_else_is_signed_in(
    page: Page, place: Place, music: Path
) -> None:
    (artist, *_) = place.creator.ask("GET", "/v1/me/artists")["items"]
    secret = {"artist_id": artist["id"], "title": "Secret", "visibility": "private"}
    made = place.creator.ask("POST", "/v1/uploads", {"name": "s.wav", "track": secret})
    sign_in(page, place.sign_in_link("Ann"))
    page.route(ONE_ASSET, say_nothing)
    place.creator.ask("PUT", made["send"]["put"], content=music.read_bytes())
    page.goto("/mine")
    state = page.locator(".own-tracks > li").filter(has_text="Secret").locator(".state")
    expect(state).to_contain_text("Being packaged")
    place.creator.becomes_ready(made["asset_id"])
    sign_in_beside(page, place, "Bob")
    with page.expect_response(is_other):
        page.unroute_all(behavior="wait")
    expect(state).to_contain_text("Being packaged")
    sign_in_beside(page, place, "Ann")
    expect(state).to_contain_text("Ready")
