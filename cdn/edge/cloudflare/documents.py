"""Rules and a Worker as files: for Cloudflare's API, and for Terraform's ``cloudflare/cloudflare``.

Each ruleset's file is the body of ``PUT /zones/{zone}/rulesets/phases/{phase}/entrypoint``
(Ruleset Engine, "Add rules to a phase entry point ruleset"), which replaces all that is there.
"""

import json
from collections.abc import Iterator

from cdn.edge.cloud import CloudEdge
from cdn.edge.cloudflare.rules import rulesets
from cdn.edge.cloudflare.worker import COMPATIBILITY_DATE, FILE, KEYS_BINDING, NAME, worker
from cdn.edge.hcl import Block, Expression, document, provider
from cdn.edge.plan import EdgeFile


def zone_of(host: str) -> str:
    """Return the zone that a name is most likely in: its last two labels."""
    return ".".join(host.split(".")[-2:])


def for_api(edge: CloudEdge, zone: str) -> list[EdgeFile]:
    """Return a file for each phase, and the Worker with what Wrangler needs to know."""
    files = [
        EdgeFile(f"{phase}.json", json.dumps({"rules": rules}, indent=2) + "\n")
        for phase, rules in rulesets(edge, zone).items()
    ]
    if edge.checks_tokens:
        files += [EdgeFile(FILE, worker()), EdgeFile("wrangler.json", _wrangler(edge, zone))]
    return files


def for_terraform(edge: CloudEdge, zone: str) -> list[EdgeFile]:
    """Return a configuration, and the Worker that it reads."""
    files = [EdgeFile("soundbridge.tf", document(_blocks(edge, zone)))]
    return [*files, EdgeFile(FILE, worker())] if edge.checks_tokens else files


def _wrangler(edge: CloudEdge, zone: str) -> str:
    said = {
        "name": NAME,
        "main": FILE,
        "compatibility_date": COMPATIBILITY_DATE,
        "workers_dev": False,
        "preview_urls": False,
        "routes": [{"pattern": f"{edge.host}/t/*", "zone_name": zone}],
    }
    return json.dumps(said, indent=2) + "\n"


def _blocks(edge: CloudEdge, zone: str) -> Iterator[Block]:
    yield provider("cloudflare/cloudflare", "~> 5.0")
    yield _variable("zone_id")
    for phase, rules in rulesets(edge, zone).items():
        yield Block(
            "resource",
            ("cloudflare_ruleset", phase),
            [
                ("zone_id", Expression("var.zone_id")),
                ("name", f"soundbridge as {edge.host}"),
                ("kind", "zone"),
                ("phase", phase),
                ("rules", rules),
            ],
        )
    if edge.checks_tokens:
        yield _variable("account_id")
        yield _variable("playback_keys", sensitive=True)
        yield from _worker(edge)


def _variable(name: str, *, sensitive: bool = False) -> Block:
    body = [("type", Expression("string"))]
    return Block("variable", (name,), [*body, *([("sensitive", True)] if sensitive else [])])


def _worker(edge: CloudEdge) -> Iterator[Block]:
    keys = {"name": KEYS_BINDING, "type": "secret_text", "text": Expression("var.playback_keys")}
    yield Block(
        "resource",
        ("cloudflare_workers_script", "playback_token"),
        [
            ("account_id", Expression("var.account_id")),
            ("script_name", NAME),
            ("main_module", FILE),
            ("content", Expression(f'file("${{path.module}}/{FILE}")')),
            ("compatibility_date", COMPATIBILITY_DATE),
            ("bindings", [keys]),
        ],
    )
    yield Block(
        "resource",
        ("cloudflare_workers_route", "playback_token"),
        [
            ("zone_id", Expression("var.zone_id")),
            ("pattern", f"{edge.host}/t/*"),
            ("script", Expression("cloudflare_workers_script.playback_token.script_name")),
        ],
    )
