"""How much one client may ask, and how many clients are remembered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from origin.defence.client import Client, ClientLimits, Clients

TEN_A_SECOND = ClientLimits(requests_per_s=10, burst_s=2.0)


def taken(client: Client, times_s: list[float]) -> int:
    return sum(client.takes_request(at_s) for at_s in times_s)


def test_a_burst_and_then_the_rate() -> None:
    client = Client(TEN_A_SECOND)
    assert taken(client, [5.0] * 100) == 21  # two seconds' worth, and the one that began it
    assert client.retry_after_s(5.0) == 1
    assert taken(client, [6.0] * 100) == 10
    assert taken(client, [100.0] * 100) == 21


def test_what_is_refused_costs_nothing_later() -> None:
    client = Client(TEN_A_SECOND)
    taken(client, [1.0] * 10_000)
    assert client.takes_request(1.2)


@given(st.lists(st.floats(0, 60), max_size=300).map(sorted))
def test_never_more_than_the_rate_and_a_burst(times_s: list[float]) -> None:
    most = 60 * 10 + 2 * 10 + 1
    assert taken(Client(TEN_A_SECOND), times_s * 3) <= most


@pytest.mark.parametrize("times", [1, 10_000])
def test_no_limit(times: int) -> None:
    client = Client(ClientLimits(requests_per_s=0))
    assert taken(client, [0.0] * times) == times
    assert client.retry_after_s(0.0) == 1


def test_a_client_is_one_client() -> None:
    clients = Clients(TEN_A_SECOND)
    assert clients.of("192.0.2.1", 0.0) is clients.of("192.0.2.1", 9.0)
    assert clients.of("192.0.2.1", 0.0) is not clients.of("192.0.2.2", 0.0)


def test_who_need_not_be_known_is_forgotten_first() -> None:
    clients = Clients(TEN_A_SECOND, known_max=8)
    connected, ahead, idle = (clients.of(key, 0.0) for key in ("connected", "ahead", "idle"))
    connected.connections = 1
    taken(ahead, [0.0] * 20)
    for number in range(6):
        clients.of(f"other-{number}", 1.0)
    assert clients.of("connected", 1.0) is connected
    assert clients.of("ahead", 1.0) is ahead
    assert clients.of("idle", 1.0) is not idle


def test_there_are_never_more_than_so_many() -> None:
    clients = Clients(TEN_A_SECOND, known_max=100)
    for number in range(5_000):
        clients.of(str(number), 0.0).takes_request(0.0)
        assert len(clients) <= 100


def test_those_with_connections_are_known_however_many_there_are() -> None:
    clients = Clients(TEN_A_SECOND, known_max=100)
    for number in range(300):
        clients.of(str(number), 0.0).connections = 1
    assert len(clients) == 300


@given(
    st.lists(st.floats(0, 60), max_size=100).map(sorted),
    st.integers(1, 3),
    st.integers(1, 50),
    st.floats(0.5, 10),
)
def test_who_waits_as_long_as_told_is_taken(
    times_s: list[float], requests: int, rate: int, burst_s: float
) -> None:
    client = Client(ClientLimits(requests_per_s=rate, burst_s=max(burst_s, requests)))
    for at_s in times_s * 5:
        client.takes_request(at_s)
    now_s = max(times_s, default=0.0)
    then_s = now_s + client.retry_after_s(now_s, requests) + 1e-6  # sums are not exact
    assert all(client.takes_request(then_s) for _ in range(requests))
