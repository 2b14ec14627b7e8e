"""``soundbridge edge`` for CDNs, as people call it."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from origin.cli import main

SAID = ["--host", "music.example.com", "--origin", "https://origin.example.com"]


def edge(*words: str) -> Result:
    return CliRunner().invoke(main, ["edge", *words])


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["cloudfront"], {"soundbridge.json"}),
        (
            ["cloudfront", "--as", "terraform"],
            {"soundbridge.tf", "viewer-request.js", "rest-request.js"},
        ),
        (["cloudflare", "--as", "terraform"], {"soundbridge.tf", "playback-token.js"}),
        (["fastly"], {"soundbridge.vcl"}),
        (["fastly", "--as", "terraform", "--shield", "x"], {"soundbridge.vcl", "soundbridge.tf"}),
        (
            ["cloudflare"],
            {
                "http_request_transform.json",
                "http_request_late_transform.json",
                "http_request_cache_settings.json",
                "http_response_headers_transform.json",
                "http_request_firewall_custom.json",
                "playback-token.js",
                "wrangler.json",
            },
        ),
    ],
    ids=lambda each: " ".join(sorted(each) if isinstance(each, set) else each),
)
def test_files_are_written(words: list[str], names: set[str], tmp_path: Path) -> None:
    done = edge(*words, *SAID, "--check-tokens", "--into", str(tmp_path))
    assert done.exit_code == 0, done.output
    assert {each.name for each in tmp_path.iterdir()} == names
    assert set(done.output.split()) == {str(tmp_path / name) for name in names}


def test_names_are_written_in_small_letters(tmp_path: Path) -> None:
    """As they come to rules, whatever somebody types."""
    words = ["--host", "Music.Example.com", "--origin", "https://Origin.example.com"]
    done = edge("cloudflare", *words, "--zone", "Example.com", "--into", str(tmp_path))
    assert done.exit_code == 0, done.output
    rules = json.loads((tmp_path / "http_request_cache_settings.json").read_text())["rules"]
    assert all('(http.host), "music.example.com"' in each["expression"] for each in rules)


def test_one_file_goes_to_stdout() -> None:
    read = json.loads(edge("cloudfront", *SAID, "--shield-region", "eu-central-1").stdout)
    assert read["Parameters"]["OriginDomain"]["Default"] == "origin.example.com"
    assert read["Parameters"]["ShieldRegion"]["Default"] == "eu-central-1"
    assert "sub vcl_recv" in edge("fastly", *SAID).stdout


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["cloudfront", *SAID, "--shield-region", "Frankfurt"], "is no region of AWS"),
        (["cloudflare", *SAID], "say --into FOLDER"),
        (["cloudflare", *SAID, "--zone", "example.org"], "is not in the zone example.org"),
        (["fastly", *SAID, "--shield", "x"], "--shield goes with --as terraform"),
        (["fastly", "--host", "localhost", *SAID[2:]], "is no host name"),
        (["fastly", *SAID[:3], "origin:8080"], "is no origin of a CDN"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[0],
)
def test_what_cannot_be_is_told(words: list[str], said: str) -> None:
    done = edge(*words)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())
