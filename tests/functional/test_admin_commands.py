"""``soundbridge admin``: users, keys and sign-in links, as an operator makes them."""

import asyncio
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from aiohttp import ClientSession

from origin.database.sqlite import FILE_NAME
from tests.servers.postgres import fresh_database
from tests.servers.soundbridge import running, soundbridge, soundbridge_here, url_said


def admin(state: Path, *arguments: str, ok: bool = True) -> str:
    """Return what a command prints, or says that is wrong."""
    done = soundbridge_here("admin", *arguments, "--state", state)
    assert (done.returncode == 0) is ok, done.stderr
    assert "Traceback" not in done.stderr
    return (done.stdout if ok else done.stderr).strip()


def test_the_first_creator_gets_in(tmp_path: Path) -> None:
    user_id = admin(tmp_path, "user", "add", "Ann", "--role", "creator")
    key = admin(tmp_path, "key", "add", "Ann", "--scope", "read", "--for", "1h")
    with running("serve", "--state", tmp_path, "--port", "0", "--no-packager") as server:
        url = url_said(server)
        link = admin(tmp_path, "sign-in-link", "Ann", "--public-url", url)
        assert re.fullmatch(re.escape(url) + r"/sign-in#[a-z0-9]{39}", link)
        assert asyncio.run(who(url, key, link)) == [(user_id, "key"), (user_id, "session")]


async def who(url: str, key: str, link: str) -> list[tuple[str, str]]:
    async with ClientSession() as client:
        bearer = {"Authorization": f"Bearer {key}"}
        async with client.get(f"{url}/v1/me", headers=bearer) as response:
            by_key = await response.json()
        body, own = {"token": link.partition("#")[2]}, {"Soundbridge-Request": "1"}
        async with client.post(f"{url}/v1/me/session", json=body, headers=own) as response:
            cookie = response.headers["Set-Cookie"].partition(";")[0]
        async with client.get(f"{url}/v1/me", headers={"Cookie": cookie}) as response:
            by_cookie = await response.json()
    return [(each["id"], each["means"]) for each in (by_key, by_cookie)]


def test_users_and_keys_come_and_go(tmp_path: Path) -> None:
    ann = admin(tmp_path, "user", "add", "Ann")
    assert admin(tmp_path, "user", "list").split() == [ann, "listener", "Ann"]
    said = admin(tmp_path, "user", "role", "Ann", "admin")
    assert said.split() == [ann, "admin", "Ann"]
    assert "admin" in admin(tmp_path, "user", "list")
    key = admin(tmp_path, "key", "add", ann, "--name", "script")
    key_id = key.split("_")[1]
    assert "script" in admin(tmp_path, "key", "list", "Ann")
    admin(tmp_path, "key", "revoke", key_id)
    assert admin(tmp_path, "key", "list", "Ann") == ""
    admin(tmp_path, "user", "remove", "Ann", "--yes")
    assert admin(tmp_path, "user", "list") == ""


def test_the_audit_says_who_did_what(tmp_path: Path) -> None:
    ann = admin(tmp_path, "user", "add", "Ann")
    bob = admin(tmp_path, "user", "add", "Bob B", "--role", "creator")
    key = admin(tmp_path, "key", "add", "Bob B")
    key_id = key.split("_")[1]
    with running("serve", "--state", tmp_path, "--port", "0", "--no-packager") as server:
        artist = asyncio.run(made_artist(url_said(server), key))
    admin(tmp_path, "user", "role", "Ann", "creator")
    assert deeds(tmp_path) == [
        (ann, "command-line", "-", "role:creator", ann, "Ann"),
        (bob, "key", "127.0.0.0/24", "createArtist", artist, "Bob B"),
        (bob, "command-line", "-", "createKey", key_id, "Bob B"),
        (bob, "command-line", "-", "addUser", bob, "Bob B"),
        (ann, "command-line", "-", "addUser", ann, "Ann"),
    ]
    assert [each[3] for each in deeds(tmp_path, "--user", "Ann")] == ["role:creator", "addUser"]
    assert [each[3] for each in deeds(tmp_path, "--object", artist)] == ["createArtist"]
    assert [each[3] for each in deeds(tmp_path, "--user", bob, "--limit", "2")] == [
        "createArtist",
        "createKey",
    ]
    admin(tmp_path, "user", "remove", "Ann", "--yes")
    assert deeds(tmp_path, "--user", ann, "--limit", "1")[0][3] == "removeUser"


def deeds(state: Path, *arguments: str) -> list[tuple[str, ...]]:
    lines = [re.split(" {2,}", line) for line in admin(state, "audit", *arguments).splitlines()]
    assert all(re.fullmatch(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ", line[0]) for line in lines)
    return [tuple(line[1:]) for line in lines]


async def made_artist(url: str, key: str) -> str:
    bearer, said = {"Authorization": f"Bearer {key}"}, {"name": "Bob", "handle": "bob"}
    async with (
        ClientSession() as client,
        client.post(f"{url}/v1/artists", json=said, headers=bearer) as response,
    ):
        return str((await response.json())["id"])


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("user", "role", "Bob", "creator"), "There is no user Bob"),
        (("key", "revoke", "nokey"), "No key that is good has the id nokey"),
        (("key", "add", "Ann"), "More than one user is called Ann"),
        (("user", "add", "a\tb\x1b"), "is no name"),
        (("audit", "--user", "Bob"), "There is no user Bob"),
        (("sign-in-link", "Ann", "--public-url", "radio"), "where browsers find the server"),
        (("user", "list", "--database", "mysql://h/d"), "not a database we know"),
    ],
)
def test_what_is_wrong_is_said_in_a_sentence(
    two_anns: Path, arguments: tuple[str, ...], said: str
) -> None:
    assert said in admin(two_anns, *arguments, ok=False)


@pytest.fixture(scope="module")
def two_anns(tmp_path_factory: pytest.TempPathFactory) -> Path:
    state = tmp_path_factory.mktemp("state")
    for _ in range(2):
        admin(state, "user", "add", "Ann")
    return state


def test_jobs_that_were_given_up_are_tried_again(tmp_path: Path) -> None:
    source = tmp_path / "song.wav"
    source.write_bytes(b"RIFF")
    done = soundbridge("enqueue", source, "--state", tmp_path, "--json")
    job_id = json.loads(done.stdout)["job_id"]
    assert admin(tmp_path, "retry", job_id) == f"Job {job_id} is queued already, or at work."
    for words in ((job_id,), ("--kind", "package")):
        with closing(sqlite3.connect(tmp_path / FILE_NAME)) as database, database:
            database.execute("UPDATE jobs SET state = 'parked', failure_code = 'store_failed'")
        assert admin(tmp_path, "retry").split()[:2] == [job_id, "package"]
        assert "queued again" in admin(tmp_path, "retry", *words)
        assert admin(tmp_path, "retry") == ""
    assert admin(tmp_path, "retry", "--kind", "package") == "0 jobs are queued again."
    assert "There is no job nothing." in admin(tmp_path, "retry", "nothing", ok=False)
    assert "not both" in admin(tmp_path, "retry", job_id, "--kind", "package", ok=False)


@pytest.mark.parametrize(
    "words",
    [
        "user list",
        "user remove Ann --yes",
        "key add Ann",
        "sign-in-link Ann",
        "track list",
        "retry",
        "forget",
        "audit",
        "reap",
        "reindex",
    ],
)
def test_a_wrong_folder_is_refused_and_left_as_it_is(tmp_path: Path, words: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    assert "Give --state" in admin(elsewhere, *words.split(), ok=False)
    assert not elsewhere.exists()


def test_the_first_user_may_come_before_the_first_server(tmp_path: Path) -> None:
    said = f"A new database was made in {tmp_path}."
    command = ("admin", "user", "add", "--state", tmp_path)
    assert said in soundbridge(*command, "Ann").stderr
    assert said not in soundbridge(*command, "Bob").stderr
    assert "/sign-in#" in admin(tmp_path, "sign-in-link", "Ann")


@pytest.mark.long
def test_an_empty_server_of_databases_is_refused(postgres_url: str) -> None:
    with fresh_database(postgres_url) as url:
        refused = soundbridge("admin", "user", "list", "--database", url)
        assert refused.returncode == 1
        assert "is empty. Give --state or --database" in refused.stderr
        assert soundbridge("admin", "user", "add", "Ann", "--database", url).returncode == 0
        assert "Ann" in soundbridge("admin", "user", "list", "--database", url).stdout
