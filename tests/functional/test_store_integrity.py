"""A byte that is another when it arrives: it is noticed, and sent or asked for again.

Bodies keep their length, so that no part of HTTP notices. Over TLS nobody can do this to them; but
memory can, and so can whatever stands before a server and ends TLS there.
"""

from pathlib import Path

import obstore
import pytest

from origin.stores.opening import open_store
from packager.errors import StoreFailed
from packager.publishing.storage import Storage
from tests.functional.looking import read
from tests.functional.storing import contents, package_song, quick, reached
from tests.servers.fault_proxy import fault_proxy
from tests.servers.faults import (
    Fault,
    Plan,
    Request,
    always,
    failing_after,
    first_of_each,
    reads,
    writes,
)
from tests.servers.seaweedfs import Bucket


@pytest.mark.long
def test_what_is_altered_on_the_way_there_is_put_again(
    s3: Bucket, some_music: Path, undisturbed: dict[str, bytes]
) -> None:
    with fault_proxy(s3, first_of_each(Fault.ALTERED_UPLOAD, writes)) as proxy:
        package_song(some_music, quick(proxy.bucket, "there"))
        assert proxy.faults[Fault.ALTERED_UPLOAD] > 10
    assert contents(s3.store("there"), "media", "entry") == undisturbed


@pytest.mark.long
def test_what_is_altered_on_the_way_back_is_read_again(
    s3: Bucket, some_music: Path, undisturbed: dict[str, bytes]
) -> None:
    full = failing_after(20, frozenset({"PUT"}))
    with fault_proxy(s3, full) as proxy, pytest.raises(StoreFailed):
        package_song(some_music, quick(proxy.bucket, "back", retries=1))
    with fault_proxy(s3, first_of_each(Fault.ALTERED_ANSWER, reads)) as proxy:
        package_song(some_music, quick(proxy.bucket, "back"))
        assert proxy.faults[Fault.ALTERED_ANSWER] > 5
    assert contents(s3.store("back"), "media", "entry") == undisturbed


@pytest.mark.parametrize(
    ("checksum", "fault", "asked"),
    [
        # SeaweedFS believes what it gets, unless a header says what it should be.
        (None, Fault.ALTERED_UPLOAD, ["PUT", "GET", "PUT"]),
        ("SHA256", Fault.ALTERED_UPLOAD, ["PUT", "PUT"]),
        ("CRC64NVME", Fault.ALTERED_UPLOAD, ["PUT", "PUT"]),
        # Others hold it against the signature.
        (None, Fault.BAD_DIGEST, ["PUT", "PUT"]),
    ],
)
def test_a_server_that_compares_refuses_and_gets_it_again(
    s3: Bucket,
    monkeypatch: pytest.MonkeyPatch,
    checksum: str | None,
    fault: Fault,
    asked: list[str],
) -> None:
    with fault_proxy(s3, first_of_each(fault, writes)) as proxy:
        reached(
            proxy.bucket, monkeypatch, **({"AWS_CHECKSUM_ALGORITHM": checksum} if checksum else {})
        )
        with Storage(open_store("s3://audio/compared")) as storage:
            storage.put("a", b"sound")
        assert [arrival.method for arrival in proxy.arrivals] == asked
    assert read(s3.store("compared"), "a") == b"sound"


def test_what_is_altered_every_time_is_an_error(s3: Bucket) -> None:
    with (
        fault_proxy(s3, always(Fault.ALTERED_UPLOAD, writes)) as proxy,
        Storage(quick(proxy.bucket, "never")) as storage,
        pytest.raises(
            StoreFailed, match=r"^a could not be written to the store: .* Check the store"
        ),
    ):
        storage.put("a", b"sound")


def test_what_somebody_else_has_put_meanwhile_stays(s3: Bucket) -> None:
    store = s3.store("meanwhile")

    def plan(request: Request) -> Fault | None:
        if request.method == "GET":
            obstore.put(store, "a", b"of another")
        return Fault.ALTERED_UPLOAD if request.method == "PUT" else None

    with fault_proxy(s3, plan) as proxy, Storage(quick(proxy.bucket, "meanwhile")) as storage:
        storage.put("a", b"sound")
        assert [arrival.method for arrival in proxy.arrivals] == ["PUT", "GET"]
    assert read(store, "a") == b"of another"


def test_tags_that_are_no_digests_are_found_out_once(s3: Bucket) -> None:
    with (
        fault_proxy(s3, lambda _: Fault.OTHER_TAG) as proxy,
        Storage(quick(proxy.bucket, "encrypted")) as storage,
    ):
        storage.put("a", b"sound")
        storage.put("b", b"more sound")
        assert storage.read("a") == b"sound"
        assert [arrival.method for arrival in proxy.arrivals] == ["PUT", "GET", "PUT", "GET"]
    with fault_proxy(s3, lambda _: Fault.OTHER_TAG) as proxy:
        with Storage(quick(proxy.bucket, "encrypted")) as storage:
            for _ in range(2):
                assert [storage.read(key) for key in "ab"] == [b"sound", b"more sound"]
        assert [arrival.method for arrival in proxy.arrivals] == ["GET"] * (3 + 3 + 1 + 1)


def in_turn(*faults: Fault | None) -> Plan:
    """Return a plan that spoils requests with these faults, one after another, and then none."""
    left = iter(faults)
    return lambda _: next(left, None)


DIGEST, OTHER = None, Fault.OTHER_TAG
"""Kinds of tags, as a server gives them that is told meanwhile to encrypt, or not to any more."""


@pytest.mark.parametrize(
    ("keys", "tags"),
    [("abc", (DIGEST, OTHER, OTHER, OTHER, DIGEST)), ("ab", (OTHER, OTHER, OTHER, DIGEST))],
)
def test_objects_are_read_whose_tags_are_of_another_kind_than_those_before(
    s3: Bucket, keys: str, tags: tuple[Fault | None, ...]
) -> None:
    store = s3.store("mixed")
    for key in keys:
        obstore.put(store, key, key.encode())
    with (
        fault_proxy(s3, in_turn(*tags)) as proxy,
        Storage(quick(proxy.bucket, "mixed")) as storage,
    ):
        assert [storage.read(key) for key in keys] == [key.encode() for key in keys]
        assert proxy.requests == len(tags)


@pytest.mark.parametrize(
    ("keys", "tags", "asked"),
    [
        ("abc", (DIGEST, OTHER, OTHER, DIGEST), ["PUT", "PUT", "GET", "PUT"]),
        ("ab", (OTHER, OTHER, DIGEST), ["PUT", "GET", "PUT"]),
    ],
)
def test_objects_are_put_whose_tags_are_of_another_kind_than_those_before(
    s3: Bucket, keys: str, tags: tuple[Fault | None, ...], asked: list[str]
) -> None:
    with (
        fault_proxy(s3, in_turn(*tags)) as proxy,
        Storage(quick(proxy.bucket, "switched")) as storage,
    ):
        for key in keys:
            storage.put(key, key.encode())
        assert [arrival.method for arrival in proxy.arrivals] == asked


@pytest.mark.parametrize("readings", [(DIGEST,), (OTHER, OTHER, OTHER)])
def test_a_byte_that_is_another_in_one_reading_is_noticed(
    s3: Bucket, readings: tuple[Fault | None, ...]
) -> None:
    store = s3.store("flipped")
    for key in "ab":
        obstore.put(store, key, b"sound")
    with (
        fault_proxy(s3, in_turn(DIGEST, Fault.ALTERED_ANSWER, *readings)) as proxy,
        Storage(quick(proxy.bucket, "flipped")) as storage,
    ):
        assert [storage.read(key) for key in "ab"] == [b"sound", b"sound"]
        assert proxy.requests == 2 + len(readings)


def test_a_byte_that_is_another_in_each_reading_is_an_error(s3: Bucket) -> None:
    obstore.put(s3.store("lost"), "a", b"sound")
    flips = [DIGEST, *[Fault.ALTERED_ANSWER, OTHER] * 2, Fault.ALTERED_ANSWER]
    with (
        fault_proxy(s3, in_turn(*flips)) as proxy,
        Storage(quick(proxy.bucket, "lost")) as storage,
    ):
        storage.read("a")
        with pytest.raises(StoreFailed, match="never comes out as its entity tag says"):
            storage.read("a")
