"""Which addresses strangers may let us go to."""

from ipaddress import ip_network

import pytest

from origin.companion.outward.addresses import is_public, networks


@pytest.mark.parametrize("address", ["1.1.1.1", "93.184.216.34", "2606:4700:4700::1111", "8.8.8.8"])
def test_what_is_everybodys(address: str) -> None:
    assert is_public(address)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.1.2.3", "0.1.2.3", "10.0.0.1", "172.16.5.4", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "224.0.0.1", "239.1.2.3",
        "240.0.0.1", "255.255.255.255", "192.0.0.192", "::", "::1", "fe80::1", "fe80::1%eth0",
        "fc00::1", "fd12:3456::1", "fec0::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
        "::127.0.0.1", "64:ff9b::a00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:a00:1::",
        "2001:db8::1", "168.63.129.16", "::ffff:8.8.8.8", "localhost", "", "1.1.1",
    ],
)  # fmt: skip
def test_what_is_not(address: str) -> None:
    assert not is_public(address)


def test_what_an_operator_allows() -> None:
    allowed = networks(["10.1.0.0/16", "fd00::/8"])
    assert is_public("10.1.2.3", allowed)
    assert is_public("::ffff:10.1.2.3", allowed)
    assert is_public("fd00::7", allowed)
    assert not is_public("10.2.0.1", allowed)
    assert allowed[0] == ip_network("10.1.0.0/16")
