"""Which named location answers a request (``$place``), out of what the other maps have found."""

from collections.abc import Iterator

from cdn.edge.nginx.maps import is_stored, names
from cdn.edge.nginx.text import NOTHING, mapped
from cdn.edge.plan import Edge
from cdn.policy.lifetime import lifetime_of
from cdn.policy.route import CHECK, Route


def maps(edge: Edge) -> Iterator[str]:
    """Return where requests go, and where what is kept of them is."""
    source = "$request_method $route $front $written $who $content"
    yield mapped(source, "$place", _places(edge), "@pass")
    purged = rf"^(?:GET|HEAD) {names(is_stored)} bare plain \S+ empty$"
    yield mapped(source, "$purge_place", [(purged, "@purge")], "@unknown")
    # Apart from what plays, which many different questions would else crowd out.
    yield mapped("$route", "$kept_in", [(f"^{names(_outlives_errors)}$", "copies")], "answers")
    # nginx takes no notice of ``Age``. An answer that says one is the origin's while its database
    # is down, and not to be kept for as long again. What plays is kept all the same: to ask one by
    # one, as ``proxy_cache_lock`` has it for what is not kept, would be worse.
    aged = [("^answers 0*$", ""), ("^answers ", "1")]
    yield mapped("$kept_in $upstream_http_age", "$is_aged", aged, volatile=True)
    yield mapped("$http_host", "$asked_host", [(NOTHING, edge.host)], "$http_host")


def _places(edge: Edge) -> Iterator[tuple[str, str]]:
    plays = names(lambda route: route.under_token)
    yield f"^OPTIONS {plays} ", "@preflight"
    if edge.checks_tokens:
        yield rf"^\S+ {CHECK.name} ", "@unknown"  # who may play is asked by the edge alone
    yield "^(?!GET |HEAD )", "@pass"
    # nginx would write it down before it looks for a copy, whatever there is of it.
    yield rf"^\S+ {names(_has_no_content)} .* content$", "@too_much"
    if edge.checks_tokens:
        yield r"^\S+ \S+ \S+ disguised ", "@unknown"  # decoded, it may be what plays
        checked = names(lambda route: route.needs_token)
        yield rf"^\S+ {checked} token ", "@play"
        yield rf"^\S+ {names(lambda route: route.is_closed)} ", "@refuse"
    yield r"^\S+ \S+ \S+ (?:odd|disguised|tangled) ", "@pass"
    yield rf"^\S+ {plays} token ", "@pass"
    credited = names(lambda route: route.passes_credentials)
    yield rf"^\S+ {credited} \S+ \S+ (?:known \S+|\S+ content)$", "@pass"
    yield rf"^\S+ {names(_outlives_errors)} ", "@keep"
    yield rf"^\S+ {names(is_stored)} ", "@keep_fresh"


def _has_no_content(route: Route) -> bool:
    return is_stored(route) and not route.passes_credentials


def _outlives_errors(route: Route) -> bool:
    """Tell whether a copy that is stale is better than the error of an origin.

    That is so of all that plays: of what grows, it is a part of what it will be.
    """
    lifetimes = (lifetime_of(each) for each in route.classes)
    outlives = any(each and (each.stale_if_error_s or each.immutable) for each in lifetimes)
    return is_stored(route) and outlives
