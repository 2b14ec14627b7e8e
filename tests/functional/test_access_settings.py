"""Who gets in to the API, as it is said to ``serve``."""

from pathlib import Path

import pytest

from origin.cli.access import access_of
from origin.companion.access import RoleClaim
from tests.servers.soundbridge import soundbridge

NOTHING = {
    "issuers": (), "audiences": (), "creators": (), "admins": (), "origins": (),
    "per_user": 1, "per_address": 2,
}  # fmt: skip


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--oidc-issuer", "https://id.example"), "--oidc-issuer needs --oidc-audience"),
        (("--oidc-audience", "a"), "need an --oidc-issuer"),
        (("--oidc-issuer", "http://id.example", "--oidc-audience", "a"), "no https:// URL"),
        (("--oidc-issuer", "nonsense", "--oidc-audience", "a"), "no https:// URL"),
        (("--oidc-issuer", "https://u:p@id.example", "--oidc-audience", "a"), "without ?, # and @"),
        (("--oidc-creator", "creator"), "is not like"),
        (("--oidc-admin", "user_metadata.role=admin"), "users say of themselves"),
        (("--api-origins", "https://app.example/"), "is no origin"),
        (("--api-origins", "*"), "is no origin"),
    ],
)
def test_what_makes_no_sense_is_refused(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    done = soundbridge("serve", "--state", tmp_path / "state", *arguments)
    assert not (tmp_path / "state").exists(), "nothing is left behind"
    assert done.returncode == 2
    assert said in " ".join(done.stderr.split())
    assert "u:p" not in done.stderr


def test_what_makes_sense_is_taken() -> None:
    claim = RoleClaim("realm_access.roles", "creator")
    access = access_of(
        {**NOTHING, "issuers": ("https://id.example",), "audiences": ("a",), "creators": (claim,)}
    )
    assert access.issuers is not None
    assert access.issuers.creators == (claim,)
    assert access_of(NOTHING).issuers is None
    assert access_of(NOTHING).budgets.address_per_min == 2
