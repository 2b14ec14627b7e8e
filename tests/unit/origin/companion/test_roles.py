import pytest

from origin.companion.roles import Role, delivers, port_of, rooms_of
from origin.companion.rooms import EVERYTHING, Room

PORTS = {"auth": 3001, "upload": 3002, "streaming": 3003, "search": 3004, "analytics": 3005}


@pytest.mark.parametrize(("role", "port"), PORTS.items())
def test_each_role_has_its_port(role: str, port: int) -> None:
    assert port_of({Role(role)}, 8080) == port


def test_without_a_role_it_is_everything_at_the_usual_port() -> None:
    assert rooms_of([]) == EVERYTHING
    assert delivers([])
    assert port_of([], 8080) == 8080


def test_no_room_is_nobody_s() -> None:
    assert rooms_of(list(Role)) == EVERYTHING


def test_who_streams_has_no_room_of_the_api() -> None:
    assert rooms_of([Role.STREAMING]) == frozenset()
    assert [role for role in Role if delivers([role])] == [Role.STREAMING]
    assert rooms_of([Role.STREAMING, Role.ANALYTICS]) == {Room.PLAYS}
