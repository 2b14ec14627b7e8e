"""Who the client is, whatever is claimed."""

import pytest

from origin.defence.forwarding import AddressField, TrustedProxies

PROXIES = TrustedProxies(("127.0.0.0/8", "::1/128", "198.51.100.0/24", "2001:db8:c::/48"))


@pytest.mark.parametrize(
    ("peer", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("127.0.0.1", None),
        ("::ffff:127.9.9.9", None),
        ("::1", None),
        ("198.51.100.255", None),
        ("2001:db8:c:1::1", None),
        ("", None),  # a socket without addresses
    ],
)
def test_the_peer(peer: str, key: str | None) -> None:
    assert PROXIES.client_of_peer(peer) == key


@pytest.mark.parametrize(
    ("forwarded_for", "key"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("192.0.2.9, 192.0.2.1", "192.0.2.1"),
        ("127.0.0.1, 192.0.2.1", "192.0.2.1"),
        ("x, , <script>, 192.0.2.1", "192.0.2.1"),
        ("192.0.2.1, 198.51.100.7", "192.0.2.1"),
        ("192.0.2.9, 192.0.2.1,198.51.100.7 ,127.0.0.1", "192.0.2.1"),
        ("192.0.2.1:4711", "192.0.2.1"),
        ("[2001:db8:1:2::1]:4711", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("198.51.100.7, 127.0.0.1", None),
        ("192.0.2.1, unknown", None),
        ("192.0.2.1, ", None),
        ("192.0.2.1, _hidden, 198.51.100.7", None),
        ("", None),
        ("9" * 100_000, None),
        ("192.0.2.9, " * 10_000 + "192.0.2.1", "192.0.2.1"),
    ],
)
def test_the_last_that_is_no_proxy(forwarded_for: str, key: str | None) -> None:
    assert PROXIES.client_behind(forwarded_for) == key


@pytest.mark.parametrize(
    ("peer", "forwarded_for", "address"),
    [
        ("192.0.2.1", None, "192.0.2.1"),
        ("192.0.2.1", "192.0.2.9", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "192.0.2.9", "2001:db8:1:2:3:4:5:6"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "192.0.2.9, 192.0.2.1, 198.51.100.7", "192.0.2.1"),
        ("198.51.100.7", "[2001:db8:1:2::1]:4711", "2001:db8:1:2::1"),
        ("198.51.100.7", "::ffff:192.0.2.1", "192.0.2.1"),
        ("127.0.0.1", "fe80::1%\x1b[31m", "fe80::1"),
        ("127.0.0.1", "192.0.2.9, <script>", "127.0.0.1"),
        ("127.0.0.1", "198.51.100.7", "127.0.0.1"),
        ("", "192.0.2.1", "192.0.2.1"),  # a socket without addresses
        ("", None, ""),
    ],
)
def test_the_address_of_a_client(peer: str, forwarded_for: str | None, address: str) -> None:
    assert PROXIES.address_of(peer, forwarded_for) == address


def test_nobody_is_trusted() -> None:
    assert TrustedProxies(()).client_of_peer("127.0.0.1") == "127.0.0.1"


@pytest.mark.parametrize("network", ["127.0.0.1/8", "example.org", "1.2.3.4/33", "::/129"])
def test_what_is_no_network(network: str) -> None:
    with pytest.raises(ValueError, match=r"network|host bits|netmask"):
        TrustedProxies((network,))


@pytest.mark.parametrize(
    ("forwarded", "key"),
    [
        ("for=192.0.2.9, for=192.0.2.1", "192.0.2.1"),
        ("for=192.0.2.1;proto=https, for=198.51.100.7;by=_edge", "192.0.2.1"),
        ('for="[2001:db8:1:2::1]:4711"', "2001:db8:1:2::/64"),
        ('for="[::ffff:192.0.2.1]"', "192.0.2.1"),
        ('x="<script>, for=192.0.2.1', "192.0.2.1"),
        ("for=192.0.2.1, for=_hidden", None),
        ("for=unknown", None),
        ("for=999.0.2.1", None),
        ("for=198.51.100.7", None),
        ("192.0.2.1", None),
        ("", None),
        ("for=192.0.2.9, " * 10_000 + "for=192.0.2.1", "192.0.2.1"),
    ],
)
def test_the_last_that_is_no_proxy_by_rfc_7239(forwarded: str, key: str | None) -> None:
    proxies = TrustedProxies(("198.51.100.0/24",), AddressField.FORWARDED)
    assert proxies.client_behind(forwarded) == key
