"""What the pages for creators say where the server, or they themselves, refuse something."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.acceptance.places import TITLES, Place, complaints, page, place, sign_in

__all__ = ["complaints", "page", "place"]

AWAY = "This server does not answer just now. Please try again in a moment."
EMPTY = "“{}” is empty: there is no sound in it to upload."


def edit(page: Page, place: Place) -> None:
    sign_in(page, place.sign_in_link("Ann"))
    page.goto("/mine")
    page.get_by_role("button", name=f"Edit {TITLES[0]}").click()


@pytest.mark.long
def test_an_empty_file_is_refused_before_it_is_sent(
    page: Page, place: Place, music: Path, tmp_path: Path
) -> None:
    (tmp_path / "silence.wav").touch()
    sign_in(page, place.sign_in_link("Bob"))
    page.goto("/upload")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    page.set_input_files("input[type=file]", tmp_path / "silence.wav")
    trouble = page.locator(".form-trouble")
    expect(trouble).to_have_text(EMPTY.format("silence.wav"))
    expect(page.get_by_label("Title")).to_be_hidden()
    expect(page.get_by_text("Drop sound files here")).to_be_visible()
    page.set_input_files("input[type=file]", [tmp_path / "silence.wav", music])
    expect(trouble).to_have_text(EMPTY.format("silence.wav"))
    expect(page.get_by_label("Title")).to_be_visible()
    page.set_input_files("input[type=file]", tmp_path / "silence.wav")
    expect(page.locator(".form [role=status]")).to_be_empty()
    page.get_by_role("button", name="Leave it out").click()
    expect(trouble).to_be_empty()
    assert not any("/v1/uploads" in each for each in asked)


def test_what_is_wrong_with_a_field_is_said_once_and_by_its_name(page: Page, place: Place) -> None:
    edit(page, place)
    page.get_by_label("Language, such as en or pt-BR").fill("a language")
    page.get_by_role("button", name="Save").click()
    trouble = page.locator(".own-tracks .form-trouble").filter(has_text="Language")
    expect(trouble).to_have_text(
        "Language: it is no language tag of BCP 47, such as en, pt-BR or zh-Hant."
    )
    page.get_by_label("Language, such as en or pt-BR").fill("is")
    page.get_by_label("Title", exact=True).fill(" ")
    page.get_by_label("Tags, with commas between them").fill(f"{'x' * 65}, {'y' * 65}")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".own-tracks .form-trouble").filter(has_text="Title")).to_have_text(
        "Title: it should have at least 1 character. Tags: it should have at most 64 characters."
    )


def test_who_is_signed_out_is_told_so_and_goes_on_where_they_were(page: Page, place: Place) -> None:
    edit(page, place)
    page.get_by_label("Genre").fill("ambient")
    page.context.clear_cookies()
    page.get_by_role("button", name="Save").click()
    trouble = page.locator(".own-tracks .form-trouble").filter(has_text="signed out")
    expect(trouble).to_have_text(
        "You are signed out. Sign in with a one-time link in another tab, then try again here."
    )
    beside = page.context.new_page()
    sign_in(beside, place.sign_in_link("Ann"))
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".own-tracks form")).to_have_count(0)
    expect(trouble).to_have_count(0)


def test_a_connection_that_is_lost_is_said_in_words_of_the_page(page: Page, place: Place) -> None:
    edit(page, place)
    page.get_by_label("Genre").fill("drone")
    page.route("**/v1/**", lambda route: route.abort())
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".own-tracks .form-trouble:not(:empty)")).to_have_text(AWAY)
    page.get_by_role("button", name=f"Plays per day {TITLES[0]}").click()
    expect(page.locator(".play-days figcaption")).to_have_text(AWAY)
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".own-tracks form")).to_have_count(0)
    page.route("**/v1/me/tracks*", lambda route: route.abort())
    page.reload()
    expect(page.get_by_text(AWAY)).to_be_visible()
    page.unroute_all(behavior="wait")
    page.get_by_role("button", name="Try again").press("Enter")
    expect(page.locator(".own-tracks > li")).to_have_count(len(TITLES))
    expect(page.get_by_text(AWAY)).to_have_count(0)
    expect(page.locator(".own-tracks a").first).to_be_focused()
