"""What caches are told is what edges do: what the policy uses of RFC 9111 and RFC 5861."""

import time
from itertools import count
from typing import Final

import pytest

from cdn.policy.cache_control import Audience, policy_for
from cdn.policy.object_class import ObjectClass
from cdn.policy.route import ROUTES
from tests.functional.edges.asking import ask, seen
from tests.servers.edges.running import RunningEdge
from tests.servers.scripted import Said, ScriptedOrigin

NUMBERS: Final = count()
KEPT: Final = (
    "max-age=60",
    "public, max-age=60",
    "MAX-AGE=60",
    "max-age=0, s-maxage=60",
    "s-maxage=60",
    "s-maxage=60, max-age=0, must-revalidate",
    "max-age=60, immutable",
    "max-age=60, stale-while-revalidate=60, stale-if-error=86400",
)
NOT_KEPT: Final = (
    "no-store",
    "private, no-store",
    "private, max-age=60",
    "max-age=60, private",
    "no-cache",
    "max-age=60, no-store",
    "max-age=0",
    "max-age=0, must-revalidate",
    "s-maxage=0, max-age=60",
    None,
)


@pytest.fixture(
    params=["/media/a/r{}/1.m4s", "/e{}.m3u8", "/v1/t{}"], ids=["media", "entry", "api"]
)
def path(request: pytest.FixtureRequest) -> str:
    """A path that nobody has asked for, of each way in which something is kept."""
    pattern: str = request.param
    return pattern.format(next(NUMBERS))


@pytest.mark.parametrize("said", KEPT)
def test_it_is_kept(edge: RunningEdge, origin: ScriptedOrigin, path: str, said: str) -> None:
    origin.says[path] = Said(fields={"Cache-Control": said})
    first = ask(edge.url, path)
    assert seen(edge, path, lambda found: found.is_hit)  # a moment after somebody has it all
    asked = len(origin.fetches(path))
    second = ask(edge.url, path)
    assert second.is_hit
    assert len(origin.fetches(path)) == asked
    assert first.fields["cache-control"] == second.fields["cache-control"] == said


@pytest.mark.parametrize("said", NOT_KEPT)
def test_it_is_not_kept(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, said: str | None
) -> None:
    origin.says[path] = Said(fields={} if said is None else {"Cache-Control": said})
    assert not any(ask(edge.url, path).is_hit for _ in range(2))
    assert len(origin.fetches(path)) == 2


@pytest.mark.parametrize("age", ["30", "4000"])
def test_what_the_origin_itself_has_kept_for_its_time_is_not_kept(
    edge: RunningEdge, origin: ScriptedOrigin, age: str
) -> None:
    """As it does while its database is down. RFC 9111 §4.2."""
    path = f"/v1/aged{next(NUMBERS)}"
    said = {"Cache-Control": "public, max-age=0, s-maxage=30, stale-while-revalidate=60"}
    origin.says[path] = Said(fields=said | {"Age": age})
    assert not any(ask(edge.url, path).is_hit for _ in range(2))
    origin.says[path] = Said(fields=said | {"Age": "0"})
    assert seen(edge, path, lambda found: found.is_hit)


@pytest.mark.parametrize("object_class", ObjectClass)
def test_nothing_that_is_for_one_reader_is_kept(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, object_class: ObjectClass
) -> None:
    origin.says[path] = Said(fields=policy_for(object_class, audience=Audience.ONE).headers)
    assert not any(ask(edge.url, path).is_hit for _ in range(2))


@pytest.mark.parametrize(
    "field", [{"Cache_Control": "no-cache"}, {"Cache_Control": "max-age=0"}, {"Pragma": "no-cache"}]
)
def test_no_listener_has_the_origin_asked_again(
    edge: RunningEdge, origin: ScriptedOrigin, path: str, field: dict[str, str]
) -> None:
    origin.says[path] = Said(fields={"Cache-Control": "max-age=60"})
    assert seen(edge, path, lambda found: found.is_hit)
    asked = len(origin.fetches(path))
    assert ask(edge.url, path, **field).is_hit
    assert len(origin.fetches(path)) == asked


FORBIDDING: Final = ("max-age=1, must-revalidate", "max-age=1, proxy-revalidate", "s-maxage=1")


@pytest.mark.long
@pytest.mark.parametrize("path", ["/media/a/r9/", "/a9", "/v1/a9"])
def test_nothing_old_is_given_where_that_is_forbidden(
    edge: RunningEdge, origin: ScriptedOrigin, caching_kind: str, path: str
) -> None:
    """RFC 9111 §4.2.4. nginx gives what plays all the same; of that, nothing says so."""
    paths = {said: f"{path}{next(NUMBERS)}.json" for said in (*FORBIDDING, "max-age=60")}
    for said, each in paths.items():
        origin.says[each] = Said(fields={"Cache-Control": said})
        ask(edge.url, each)
    time.sleep(2)  # they are old in whole seconds
    origin.is_down = True
    status = {said: ask(edge.url, each).status for said, each in paths.items()}
    given = caching_kind == "nginx" and not path.startswith("/v1/")
    assert status.pop("max-age=60") == 200
    assert all((each == 200) is given for each in status.values())


@pytest.mark.long
def test_what_grows_plays_on_while_the_origin_is_started_again(
    edge: RunningEdge, origin: ScriptedOrigin
) -> None:
    path = f"/growing/a/r{next(NUMBERS)}/128k/playlist.m3u8"
    policy = policy_for(ObjectClass.GROWING_PLAYLIST, target_duration_s=1)
    origin.says[path] = Said(fields=policy.headers)
    ask(edge.url, path)
    time.sleep(2)  # it is old in whole seconds
    origin.is_down = True
    assert ask(edge.url, path).status == 200
    origin.is_down = False
    assert seen(edge, path, lambda _: len(origin.fetches(path)) > 1)


@pytest.mark.parametrize("object_class", ObjectClass)
@pytest.mark.parametrize("purged", [True, False])
def test_what_nginx_gives_in_spite_of_that_never_says_so(
    object_class: ObjectClass, *, purged: bool
) -> None:
    routes = [each for each in ROUTES if object_class in each.classes]
    said = policy_for(object_class, purged=purged).cache_control
    if any(each.under_token and each.is_kept for each in routes):
        assert "revalidate" not in said.replace("stale-while-revalidate", "")
        assert "no-cache" not in said
        assert "s-maxage" not in said or "stale-if-error" in said
