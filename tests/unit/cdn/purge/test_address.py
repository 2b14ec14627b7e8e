import pytest

from cdn.errors import UnusablePurger
from cdn.purge import limits
from cdn.purge.address import Address
from cdn.purge.credentials import Credentials
from cdn.purge.opening import check


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("cloudfront://E1PA6795UKMFR9", "cloudfront://E1PA6795UKMFR9"),
        ("cloudfront://E1PA?by=paths", "cloudfront://E1PA"),
        ("fastly://SU1Z0isx", "fastly://SU1Z0isx"),
        ("cloudflare://023e105f?plan=pro", "cloudflare://023e105f"),
        ("varnish://127.0.0.1:6081", "varnish://127.0.0.1:6081"),
        ("nginx://edge.example:8081?host=radio.example", "nginx://edge.example:8081"),
        ("nginx://[::1]:8081", "nginx://[::1]:8081"),
        ("Varnish://EDGE.example:6081/", "varnish://edge.example:6081"),
        ("fastly://s?endpoint=https://proxy.example:8/fastly", "fastly://s"),
        ("cloudfront://E1?endpoint=http://[::1]:5000", "cloudfront://E1"),
    ],
)
def test_what_names_a_cdn(url: str, name: str) -> None:
    assert Address.parse(url).name == name


@pytest.mark.parametrize(
    "url",
    [
        "", "akamai://x", "fastly://", "fastly://a/b", "fastly://user:secret@a", "varnish://host",
        "varnish://host:99999", "varnish://host:0", "nginx://:80", "cloudflare://z?plan=gold",
        "cloudfront://E1?by=cookies", "fastly://s?token=x", "fastly://s#x", "cloudfront://a-b",
        "fastly://s?endpoint", "varnish://h:80?endpoint=http://x", "varnish://[::1:80",
        "varnish://a b:80", "nginx://h:80?host=a%0d%0ab:c", "fastly://s?endpoint=api.fastly.com",
        "fastly://s?endpoint=https://user:secret@x", "cloudfront://E1?endpoint=https://x?y",
    ],
)  # fmt: skip
def test_what_names_none(url: str) -> None:
    with pytest.raises(UnusablePurger) as caught:
        Address.parse(url)
    assert "secret" not in str(caught.value)


def test_options_say_what_is_taken() -> None:
    assert Address.parse("cloudfront://E1?by=paths").limits is limits.CLOUDFRONT_BY_PATH
    assert Address.parse("cloudfront://E1").limits is limits.CLOUDFRONT_BY_TAG
    assert Address.parse("cloudflare://z?plan=pro").limits is limits.CLOUDFLARE["pro"]
    assert Address.parse("cloudflare://z").limits is limits.CLOUDFLARE["free"]


def test_secrets_are_missed_and_never_shown() -> None:
    with pytest.raises(UnusablePurger, match="FASTLY_API_TOKEN"):
        check(Address.parse("fastly://s"), Credentials(cloudflare="x"))
    with pytest.raises(UnusablePurger, match="CLOUDFLARE_API_TOKEN"):
        check(Address.parse("cloudflare://z"), Credentials(fastly="x"))
    check(Address.parse("varnish://h:80"), Credentials())
    assert "hidden" not in repr(Credentials("hidden", "hidden", "hidden"))
