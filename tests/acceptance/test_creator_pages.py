"""The pages over the API, in Chromium: who creates uploads a file, has it, and sees it played."""

import re
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from origin.database.sqlite import FILE_NAME
from tests.acceptance.places import WAIT_MS, Place, complaints, page, place, sign_in, until_listed
from tests.acceptance.watching import open_page, wait_for_position
from tests.sources.pictures import picture, saved

__all__ = ["complaints", "page", "place"]


def test_a_stranger_is_told_how_to_get_in(page: Page) -> None:
    for path in ("/upload", "/mine"):
        page.goto(path)
        expect(page.get_by_role("status")).to_contain_text("one-time link")
        expect(page.locator("form:visible")).to_have_count(0)


def test_a_creator_uploads_a_file_and_has_it(page: Page, place: Place, music: Path) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.get_by_role("link", name="Upload").click()
    expect(page.get_by_text("Signed in as Bob")).to_be_visible()
    page.set_input_files("input[type=file]", music)
    page.get_by_label("Title").fill("Ny Batterí <b>")
    expect(page.locator("input[name=artist-name]")).to_have_value("Bob")
    page.get_by_role("button", name="Upload").click()
    listen = page.get_by_role("link", name="Listen")
    expect(listen).to_be_visible(timeout=WAIT_MS)
    expect(page.locator(".uploads .state")).to_have_text("Ready", timeout=WAIT_MS)
    listen.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ny Batterí <b>")
    page.get_by_role("button", name="Play").click()
    wait_for_position(page, 0.5)
    page.goto("/mine")
    expect(page.locator(".own-tracks li")).to_have_count(1)
    expect(page.locator(".own-tracks .state")).to_contain_text("Ready · public")
    page.get_by_role("button", name="Edit").click()
    page.get_by_label("Title").fill("Ný Batterí")
    page.get_by_label("Who finds it").select_option("unlisted")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".own-tracks .state")).to_contain_text("unlisted")
    page.reload()
    expect(page.locator(".own-tracks .name")).to_have_text("Ný Batterí")
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Delete").click()
    expect(page.locator(".own-tracks li")).to_have_count(0)
    page.reload()
    expect(page.get_by_text("There is nothing yet.")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("status")).to_contain_text("one-time link")


def test_an_upload_that_breaks_off_goes_on_also_after_a_reload(
    page: Page, place: Place, music: Path
) -> None:
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.route(re.compile(r"/tus$"), lambda route: route.abort())
    page.set_input_files("input[type=file]", music)
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".uploads .state")).to_have_text("Waiting to be sent")
    page.reload()
    page.unroute_all()
    page.set_input_files("input[type=file]", music)
    expect(page.get_by_role("link", name="Listen")).to_be_visible(timeout=WAIT_MS)
    page.goto("/mine")
    expect(page.locator(".own-tracks li")).to_have_count(1)


def test_what_is_no_sound_is_refused_with_a_reason(
    page: Page, place: Place, tmp_path: Path
) -> None:
    (tmp_path / "song.wav").write_text("<!doctype html><title>no song</title>")
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    page.set_input_files("input[type=file]", tmp_path / "song.wav")
    page.get_by_role("button", name="Upload").click()
    expect(page.locator(".uploads .state")).to_contain_text("a web page")


def test_nothing_sticks_out_sideways(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    for path in ("/", "/upload", "/mine"):
        page.goto(path)
        page.wait_for_selector(".tracks a, .picker, .own-tracks li")
        for width in (320, 375, 900):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") == width


def played(place: Place, track_id: str, plays: dict[int, int]) -> None:
    """Let a track have been played, by so many days ago."""
    today = int(time.time() // 86_400)
    rows = [(track_id, today - ago, count, 30.0 * count) for ago, count in plays.items()]
    with closing(sqlite3.connect(place.state / FILE_NAME)) as database, database:
        database.executemany("INSERT OR REPLACE INTO play_days VALUES (?, ?, ?, ?)", rows)


def colours(page: Page) -> set[tuple[int, ...]]:
    """What the chart is painted with."""
    found = page.evaluate(
        """() => {
          const canvas = document.querySelector(".chart canvas");
          const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
          const found = new Set();
          for (let at = 0; at < data.length; at += 4) {
            if (data[at + 3] === 255) found.add([...data.slice(at, at + 3)].join());
          }
          return [...found];
        }"""
    )
    return {tuple(map(int, each.split(","))) for each in found}


def test_plays_of_days_are_a_chart_for_eyes_and_a_table_for_ears(
    page: Page, place: Place, complaints: list[str]
) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    complaints.clear()  # of the page that signs in, which has no icon
    (track,) = place.creator.ask("GET", "/v1/me/tracks?limit=1")["items"]
    played(place, track["id"], {1: 7, 40: 3, 400: 9})
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto("/mine")
    button = page.get_by_role("button", name=f"Plays per day {track['title']}")
    expect(button).to_have_attribute("aria-expanded", "false")
    assert not any("play_chart" in url for url in asked)
    button.click()
    caption = page.locator(".play-days figcaption")
    expect(caption).to_contain_text("7 plays in the last 30 days, most on ")
    assert any("play_chart" in url for url in asked)
    expect(page.locator(".chart canvas")).to_be_visible()
    chart = page.get_by_role("img", name=re.compile("Chart: 7 plays"))
    expect(chart).to_be_visible()
    expect(page.locator(".play-days tbody tr")).to_have_count(1)
    assert (185, 61, 11) in colours(page)  # the accent of the light page
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("() => matchMedia('(prefers-color-scheme: dark)').matches")
    assert (255, 143, 90) in colours(page)
    page.get_by_label(re.compile("^Plays of")).select_option("a year")
    expect(caption).to_contain_text("10 plays in the last 365 days")
    expect(page.locator(".play-days tbody tr")).to_have_count(2)
    for width in (320, 900):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") == width
    button.click()
    expect(page.locator(".play-days")).to_have_count(0)
    assert complaints == []


def test_a_cover_is_given_and_shown_wherever_the_track_is(
    page: Page, place: Place, tmp_path: Path, complaints: list[str]
) -> None:
    (tmp_path / "cover.webp").write_bytes(saved(picture(1500, 1000), "WEBP"))
    sign_in(page, place.sign_in_link("Ann"))
    complaints.clear()  # of the page that signs in, which has no icon
    page.goto("/mine")
    name = page.locator(".own-tracks .name").first.text_content()
    page.get_by_role("button", name=f"Edit {name}").click()
    page.get_by_label("Cover").set_input_files(tmp_path / "cover.webp")
    page.get_by_role("button", name="Save").click()
    thumb = page.locator(".own-tracks .thumb").first
    expect(thumb).to_be_visible()
    page.wait_for_function("() => document.querySelector('.own-tracks .thumb').naturalWidth > 0")
    page.locator(".own-tracks .name").first.click()
    cover = page.locator(".cover-image")
    expect(cover).to_be_visible()
    assert "/artwork/" in str(cover.evaluate("image => image.currentSrc"))
    shown = page.evaluate("navigator.mediaSession.metadata?.artwork.map(({ src }) => src)")
    assert len(shown) == 3
    assert all("/artwork/" in each for each in shown)
    assert_cover_comes_first(page)
    assert complaints == []


def assert_cover_comes_first(page: Page) -> None:
    """There is a placeholder, its proportions are told, and it matters more than what is below."""
    asked = set()

    def note(sent: Any) -> None:
        asked.add((sent["request"]["url"], sent["request"]["initialPriority"]))

    session = page.context.new_cdp_session(page)
    session.on("Network.requestWillBeSent", note)
    dense = {"width": 1280, "height": 900, "deviceScaleFactor": 2, "mobile": False}
    session.send("Emulation.setDeviceMetricsOverride", dense)  # the list needs a smaller one
    session.send("Network.enable")
    session.send("Network.setCacheDisabled", {"cacheDisabled": True})
    page.reload()
    cover = page.locator(".cover-image")
    expect(cover).to_be_visible()
    seen = cover.evaluate(
        "image => [image.currentSrc, image.getAttribute('width') / image.getAttribute('height'),"
        " image.naturalWidth / image.naturalHeight, image.srcset.split(', ').length]"
    )
    assert (seen[0], "High") in asked, (seen, [each for each in asked if "/artwork/" in each[0]])
    assert seen[1] == pytest.approx(seen[2], rel=0.01)
    assert seen[3] == 3
    placeholder = page.locator("canvas.cover-placeholder")
    assert placeholder.evaluate("c => c.getContext('2d').getImageData(0, 0, 1, 1).data[3]") == 255


HOSTILE = (
    '<img src=x onerror="document.documentElement.dataset.broken=1">',
    "</script><script>document.documentElement.dataset.broken=1</script>",
    "javascript:alert(1)//&lt;b&gt;",
)


@pytest.mark.long
def test_what_people_write_is_shown_as_it_is_written(
    page: Page, place: Place, music: Path, complaints: list[str]
) -> None:
    ann = place.creator
    artist = ann.ask("POST", "/v1/artists", {"name": HOSTILE[0], "handle": "hostile"})
    made = []
    for title in HOSTILE:
        said = {"artist_id": artist["id"], "title": title, "description": title, "tags": [title]}
        track = {**said, "genre": title[:64], "tags": [title[:64]], "visibility": "public"}
        upload = ann.ask("POST", "/v1/uploads", {"name": "song.wav", "track": track})
        done = ann.ask("PUT", upload["send"]["put"], content=music.read_bytes())
        ann.becomes_ready(upload["asset_id"])
        made.append(done["track_id"])
    until_listed(ann, HOSTILE)
    try:
        open_page(page, "/")
        for title in HOSTILE:
            expect(
                page.locator(".tracks .track-title").get_by_text(title, exact=True)
            ).to_be_visible()
        page.locator(".tracks").get_by_role("link", name=HOSTILE[1]).click()
        wait_for_position(page, 0.5)
        expect(page.get_by_role("heading", level=1)).to_have_text(HOSTILE[1])
        expect(page).to_have_title(f"{HOSTILE[1]} — {HOSTILE[0]}")
        page.get_by_role("combobox", name="Search tracks").fill("document")
        expect(page.locator(".tracks .track-title").first).to_contain_text("dataset.broken")
        assert page.evaluate("document.documentElement.dataset.broken ?? null") is None
        assert complaints == []
    finally:
        for track_id in made:
            ann.ask("PATCH", f"/v1/tracks/{track_id}", {"visibility": "private"})
