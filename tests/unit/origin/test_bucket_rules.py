"""Which rules of a bucket do, and what is said of those that do not."""

from typing import Any

import pytest

from origin.bucket import cors, lifecycle
from origin.bucket.connection import BucketFailed, BucketLocation

FOR_ALL = {
    "AllowedOrigins": ["*"],
    "AllowedMethods": ["GET", "HEAD"],
    "AllowedHeaders": ["range"],
    "ExposeHeaders": ["etag", "content-length", "Content-Range"],
}
FOR_ONE_SITE = FOR_ALL | {"ID": "app", "AllowedOrigins": ["https://app.example"]}


def test_our_rules_are_enough_and_come_only_once() -> None:
    once = cors.with_ours([FOR_ONE_SITE])
    assert list(cors.missing(once)) == []
    assert cors.with_ours(once) == once
    assert once[1] == FOR_ONE_SITE


UPLOADS = {"AllowedMethods": ["PUT"], "AllowedHeaders": ["Content-Type"]}


@pytest.mark.parametrize(
    ("allowed", "origin", "is_closed"),
    [
        ("*", "https://app.example", False),
        ("https://app.example", "https://app.example", False),
        ("https://*.example", "https://app.example", False),
        ("https://*", "http://app.example", True),
        ("https://app.example", "https://app.example:8443", True),
        ("https://a*a.example", "https://a.example", True),
    ],
)
def test_which_pages_can_upload(allowed: str, origin: str, is_closed: bool) -> None:  # noqa: FBT001
    rule: dict[str, Any] = UPLOADS | {"AllowedOrigins": [allowed]}
    assert bool(list(cors.closed_to_uploads([rule], [origin]))) == is_closed
    for lesser in (rule | {"AllowedHeaders": []}, rule | {"AllowedMethods": ["GET"]}):
        assert list(cors.closed_to_uploads([lesser], [origin]))


def test_the_rules_of_others_may_be_enough() -> None:
    assert list(cors.missing([FOR_ONE_SITE, FOR_ALL])) == []
    wide = FOR_ALL | {"AllowedHeaders": ["*"], "AllowedMethods": ["PUT", "GET", "HEAD"]}
    assert list(cors.missing([wide])) == []


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ([], ["lets players on other sites GET", "lets players on other sites HEAD"]),
        ([FOR_ONE_SITE], ["other sites GET", "other sites HEAD"]),
        ([FOR_ALL | {"AllowedMethods": ["GET"]}], ["other sites HEAD"]),
        ([FOR_ALL | {"AllowedHeaders": []}], ["GET with a Range header", "HEAD with a Range"]),
        (
            [FOR_ALL | {"ExposeHeaders": ["ETag"]}],
            ["for GET does not expose Content-Length, Content-Range", "for HEAD does not expose"],
        ),
        # A server answers by the first rule that fits, however good the second is.
        ([FOR_ALL | {"ExposeHeaders": []}, FOR_ALL], ["for GET does not", "for HEAD does not"]),
    ],
)
def test_what_players_cannot_do_is_said(rules: list[dict[str, Any]], said: list[str]) -> None:
    found = list(cors.missing(rules))
    assert len(found) == len(said)
    for sentence, part in zip(found, said, strict=True):
        assert part in sentence
    assert list(cors.missing(cors.with_ours(rules))) == []


def test_a_rule_for_uploads_closes_nothing_and_stays_in_front() -> None:
    site = "https://app.example"
    uploads = cors.with_uploads([], [site])
    assert not list(cors.closed(uploads))
    assert len(list(cors.missing(uploads))) == 2, "players on other sites"
    both = cors.with_ours(uploads)
    assert not [*cors.missing(both), *cors.closed_to_uploads(both, [site])]
    put = {"AllowedOrigins": [site], "AllowedMethods": ["PUT"], "AllowedHeaders": ["*"]}
    assert not list(cors.closed_to_uploads([put, FOR_ALL], [site]))
    assert list(cors.closed_to_uploads([FOR_ALL, put], [site])), "SeaweedFS goes by the first"


def abort(days: int, **more: Any) -> dict[str, Any]:
    aborting = {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": days}}
    return {"ID": "theirs", "Status": "Enabled", "Filter": {"Prefix": ""}, **aborting, **more}


@pytest.mark.parametrize(
    ("rule", "is_enough"),
    [
        (abort(7), True),
        (abort(8), False),
        (abort(1, Status="Disabled"), False),
        (abort(1, Filter={"Prefix": "audio/"}), True),
        (abort(1, Filter={"Prefix": "aud"}), True),
        (abort(1, Filter={"Prefix": "audio/media/"}), False),
        (abort(1, Filter={"Prefix": "video/"}), False),
        (abort(1, Filter={}), True),
        (abort(1, Filter={"And": {"Prefix": "", "Tags": [{"Key": "a", "Value": "b"}]}}), False),
        (abort(1, Filter={"ObjectSizeGreaterThan": 5}), False),
        ({key: value for key, value in abort(1).items() if key != "Filter"}, True),
    ],
)
def test_which_rules_clear_stale_uploads(rule: dict[str, Any], *, is_enough: bool) -> None:
    assert lifecycle.lacks_abort([rule], "audio/") is not is_enough
    assert list(lifecycle.missing(lifecycle.with_ours([rule], "audio/"), "audio/")) == []


def test_our_lifecycle_rule_comes_only_once_and_leaves_others() -> None:
    once = lifecycle.with_ours([abort(30)], "audio/")
    assert lifecycle.with_ours(once, "audio/") == once
    assert once[0] == abort(30)


@pytest.mark.parametrize(
    ("prefix", "expiration", "threatens"),
    [
        ("", {"Days": 30}, True),
        ("audio/media/", {"Days": 30}, True),
        ("video/", {"Days": 30}, False),
        ("", {"Date": "2030-01-01"}, True),
        ("", {"ExpiredObjectDeleteMarker": True}, False),
    ],
)
def test_a_rule_that_deletes_what_plays_is_said(
    prefix: str, expiration: dict[str, Any], *, threatens: bool
) -> None:
    rule = {"ID": "tidy", "Status": "Enabled", "Filter": {"Prefix": prefix}}
    rules = lifecycle.with_ours([rule | {"Expiration": expiration}], "audio/")
    found = list(lifecycle.missing(rules, "audio/"))
    assert ["'tidy' deletes objects" in sentence for sentence in found] == [True] * threatens


def test_two_folders_of_a_bucket_have_a_rule_each() -> None:
    both = lifecycle.with_ours(lifecycle.with_ours([], "audio/"), "more/")
    assert len({rule["ID"] for rule in both}) == len(both) == 2
    for folder in ("audio/", "more/"):
        assert list(lifecycle.missing(both, folder)) == []
        assert lifecycle.lacks_abort(both, "") is True


@pytest.mark.parametrize(
    ("prefix", "storage_class", "threatens"),
    [
        ("", "GLACIER", True),
        ("audio/", "DEEP_ARCHIVE", True),
        ("video/", "GLACIER", False),
        ("", "GLACIER_IR", False),
        ("", "STANDARD_IA", False),
    ],
)
def test_a_rule_that_archives_what_plays_is_said(
    prefix: str, storage_class: str, *, threatens: bool
) -> None:
    moves = {"Transitions": [{"Days": 30, "StorageClass": storage_class}]}
    rule = {"ID": "cold", "Status": "Enabled", "Filter": {"Prefix": prefix}, **moves}
    found = list(lifecycle.missing(lifecycle.with_ours([rule], "audio/"), "audio/"))
    said = f"'cold' moves objects of this store to {storage_class}"
    assert [said in sentence for sentence in found] == [True] * threatens


def test_a_rule_that_lets_only_some_sites_in_is_named() -> None:
    (said,) = cors.closed([FOR_ONE_SITE, FOR_ALL, FOR_ONE_SITE | {"AllowedMethods": ["PUT"]}])
    assert "'app' lets only https://app.example in" in said


@pytest.mark.parametrize(
    ("url", "name", "folder"),
    [
        ("s3://bucket", "bucket", ""),
        ("s3://bucket/", "bucket", ""),
        ("s3://bucket/a%20b/c", "bucket", "a b/c/"),
        ("s3a://bucket/a/", "bucket", "a/"),
    ],
)
def test_where_a_store_is(url: str, name: str, folder: str) -> None:
    assert BucketLocation.parse(url) == BucketLocation(name, folder)


@pytest.mark.parametrize("url", ["bucket", "/folder", "gs://bucket", "s3:///x", "https://a/b"])
def test_what_is_no_bucket_is_said(url: str) -> None:
    with pytest.raises(BucketFailed, match="is not the URL of a bucket"):
        BucketLocation.parse(url)
