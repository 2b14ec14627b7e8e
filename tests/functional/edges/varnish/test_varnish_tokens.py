"""How Varnish asks about tokens: rarely, and whatever they are like."""

from pathlib import Path

import pytest

from tests.functional.edges.asking import ask
from tests.functional.edges.varnish.own import kept, plan
from tests.servers.edges.varnish import varnish
from tests.servers.scripted import Said, ScriptedOrigin


@pytest.mark.long
def test_a_site_is_asked_about_once_whatever_its_pages(
    scripted_origin: ScriptedOrigin, origin: ScriptedOrigin, tmp_path: Path
) -> None:
    path, check = "/media/sites/r1/1.m4s", "/opens/a.b.c/play/media/sites"
    varying = {"Cache-Control": "max-age=60", "Vary": "Origin, Referer"}
    origin.says[check], origin.says[path] = Said(204, varying, b""), Said(fields=kept())
    pages: list[dict[str, str]] = [
        *({"Referer": f"https://a.example/{number}?x#y"} for number in range(3)),
        {"Referer": "https://b.example"},
        {"Origin": "https://c.example", "Referer": "https://c.example/x"},
        {"Origin": "https://c.example"},
        {},
    ]
    with varnish(plan(scripted_origin, checks_tokens=True), tmp_path) as checking:
        assert {ask(checking.url, f"/t/a.b.c{path}", **page).status for page in pages} == {200}
    asked = [each.fields for each in origin.fetches(check)]
    assert [(each.get("origin"), each.get("referer")) for each in asked] == [
        (None, "https://a.example/"),
        (None, "https://b.example/"),
        ("https://c.example", None),
        (None, None),
    ]


@pytest.mark.long
def test_the_longest_token_is_looked_at_and_opens_nothing_but_reading(
    scripted_origin: ScriptedOrigin, origin: ScriptedOrigin, tmp_path: Path
) -> None:
    token = ".".join(["a" * 682] * 3)
    path = "/media/long/r1/128k/00001.m4s"
    origin.says[f"/opens/{token}/play/media/long"] = Said(204, {"Cache-Control": "max-age=9"}, b"")
    origin.says[path] = Said(fields=kept())
    with varnish(plan(scripted_origin, checks_tokens=True), tmp_path) as checking:
        assert ask(checking.url, f"/t/{token}{path}?CMCD={'x' * 2000}").status == 200
        assert ask(checking.url, f"/t/{token}aa{path}").status == 401
        for method in ("POST", "QUERY", "DELETE"):
            assert ask(checking.url, path, method=method).status == 405
            assert ask(checking.url, f"/t/{token}{path}", method=method).status == 405
    assert len(origin.fetches(path)) == 1
