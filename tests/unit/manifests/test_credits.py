import pytest

from manifests.credits import Credits
from manifests.errors import ManifestError


@pytest.mark.parametrize("artist", ["The Synths", "Sigur Rós \U0001f3b8", "", None])
def test_credits_read_back(artist: str | None) -> None:
    assert Credits.from_json(Credits(artist).to_json()) == Credits(artist)


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"artist":1}', '{"artist":[]}', "[" * 100_000, "\xff"]
)
def test_what_are_no_credits_is_refused(text: str) -> None:
    with pytest.raises(ManifestError, match="the credits cannot be read"):
        Credits.from_json(text.encode("latin-1"))
