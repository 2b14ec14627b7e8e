"""Subroutines of Fastly's VCL, translated line by line into Python: nobody but Fastly runs them.

It knows what the service here uses, and fails at everything else. What is said of functions and
variables follows Fastly's VCL reference.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import unquote

import jwt

STATUSES = {601: 204, 602: 401, 603: 403, 604: 308, 605: 404}
"""What a service answers for codes of its own."""


@dataclass(frozen=True)
class Service:
    """VCL, and a dictionary of keys: PEM by name."""

    vcl: str
    keys: Mapping[str, str]


@dataclass(frozen=True)
class Answer:
    """What a backend answers, and whether there is a copy that was good once."""

    status: int = 200
    fields: Mapping[str, str] = field(default_factory=dict)
    is_behind_a_stale_one: bool = False


class Refused(Exception):
    def __init__(self, code: int) -> None:
        self.code = code


class Request:
    """A request that subroutines are applied to."""

    def __init__(
        self,
        service: Service,
        path: str,
        query: str = "",
        fields: dict[str, str | None] | None = None,
        country: str | None = None,
        *,
        now_s: float = 0,
        method: str = "GET",
        visits: int = 0,
        answer: "Answer | None" = None,
    ) -> None:
        self.service = service
        self.url = f"{path}?{query}" if query else path
        self.fields: dict[str, str | None] = {"Fastly-SSL": "1", **(fields or {})}
        self.method, self.visits = method, visits
        self.country = country or ""
        self.now_s = now_s
        self.answer = answer or Answer()
        self.locals: dict[str, Any] = {}
        self.done: dict[str, Any] = {}
        self.groups: tuple[str | None, ...] = ()

    def call(self, name: str) -> Any:
        return translated(self.service.vcl, name)(self)

    def outcome(self, name: str) -> Any:
        """Return what a subroutine returns, or the status of what it answers itself."""
        try:
            return self.call(name)
        except Refused as refused:
            return STATUSES[refused.code]

    def status(self, name: str) -> int:
        """Return 0 where a subroutine lets a request go on."""
        return self.outcome(name) or 0

    def get(self, name: str) -> Any:
        kind, _, rest = name.partition(".")
        if kind == "var":
            return self.locals.get(rest) or ""
        if name.startswith("req.http."):
            return self.fields.get(name.removeprefix("req.http.")) or ""
        if name.startswith("beresp.http."):
            return self.answer.fields.get(name.removeprefix("beresp.http.")) or ""
        if kind == "re":
            return self.groups[int(rest.removeprefix("group."))]
        known = {
            "req.url": self.url,
            "req.url.path": self.url.partition("?")[0],
            "req.url.qs": self.url.partition("?")[2],
            "req.method": self.method,
            "req.restarts": 0,
            "fastly.ff.visits_this_service": self.visits,
            "obj.status": self.answer.status,
            "beresp.status": self.answer.status,
            "stale.exists": self.answer.is_behind_a_stale_one,
            "now": self.now_s,
            "client.geo.country_code": self.country,
            "playback_keys": self.service.keys,
        }
        return known[name]

    def set(self, name: str, value: Any) -> None:
        if name.startswith("var."):
            self.locals[name.removeprefix("var.")] = value
        elif name == "req.url":
            self.url = value
        elif name.startswith(("beresp.", "bereq.", "obj.", "resp.")):
            self.done[name] = value
        else:
            self.fields[name.removeprefix("req.http.")] = value

    def fits(self, text: str, pattern: str) -> bool:
        found = re.search(pattern, text)
        if found is not None:
            self.groups = (found[0], *found.groups())
        return found is not None


def decoded(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def text_of(data: bytes) -> str:
    return data.decode(errors="replace").partition("\0")[0]


def is_signed(_: object, pem: str, signed: str, signature: str, *__: object) -> bool:
    """Look at the signature alone: what a header says is for others to see."""
    algorithm = jwt.get_algorithm_by_name("ES256")
    return algorithm.verify(signed.encode(), algorithm.prepare_key(pem), decoded(signature))


def without(url: str, pattern: str) -> str:
    path, _, query = url.partition("?")
    names = (each for each in query.split("&") if not re.search(pattern, each.partition("=")[0]))
    return f"{path}?{'&'.join(names)}"


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "digest.base64url_nopad_decode": lambda text: text_of(decoded(text)),
    "digest.ecdsa_verify": is_signed,
    "std.strlen": len,
    "std.atoi": int,
    "std.integer2time": float,
    "std.strstr": lambda text, part: part in text,
    "time.is_after": lambda one, other: one > other,
    "time.add": lambda one, other: one + other,
    "table.lookup": lambda table, name, other: table.get(name, other),
    "querystring.regfilter": without,
    "querystring.clean": lambda url: url.removesuffix("?"),
}
_TOKEN = re.compile(
    r'\s*(?:(?P<text>"[^"]*")|(?P<number>[0-9]+)s?\b|(?P<name>[A-Za-z][A-Za-z0-9_.-]*)(?P<call>\()?'
    r"|(?P<operator>!~|~|\|\||&&|==|!=|!|>=|>|<|\+|\(|\)|,))"
)
BARE = {"sha256", "jwt", "url_nopad"}
_WORDS = {"||": " or ", "&&": " and ", "!": " not ", "==": "==", "!=": "!=", "+": "+"}
_WORDS |= {word: word for word in (">", ">=", "<")}
_VALUES = {"true": "True", "false": "False"}


def expression(code: str) -> str:
    """Return an expression of VCL in Python.

    What stands before ``~`` is one name; texts that follow each other are one text.
    """
    parts: list[str] = []
    position, negated, is_behind_one = 0, None, False
    while position < len(code.rstrip()):
        found = _TOKEN.match(code, position)
        assert found is not None, code[position:]
        position = found.end()
        is_operand = found["operator"] is None
        if is_operand and is_behind_one and negated is None:
            parts.append(" + ")
        is_behind_one = (is_operand and not found["call"]) or found["operator"] == ")"
        if found["text"] is not None:
            text = repr(unquote(found["text"][1:-1]))
            if negated is None:
                parts.append(text)
            else:
                parts.append(f"{negated}self.fits({parts.pop()}, {text})")
                negated = None
        elif found["number"]:
            parts.append(found["number"])
        elif found["call"]:
            parts.append(f"FUNCTIONS[{found['name']!r}](")
        elif found["name"]:
            name = repr(found["name"])
            value = name if found["name"] in BARE else f"self.get({name})"
            parts.append(_VALUES.get(found["name"], value))
        elif found["operator"] in {"~", "!~"}:
            negated = " not " if found["operator"] == "!~" else ""
        else:
            parts.append(_WORDS.get(found["operator"], found["operator"]))
    return "".join(parts)


@cache
def translated(vcl: str, name: str) -> Callable[[Request], Any]:
    whole = re.search(rf"^sub {name} \{{\n(.*?)^\}}$", vcl, re.DOTALL | re.MULTILINE)
    assert whole is not None
    lines = ["def subroutine(self):"]
    for line in whole[1].splitlines():
        code = re.sub(r" # [a-z-]+$", "", line.strip())
        indent = " " * (len(line) - len(line.lstrip()))
        if not code or code.startswith(("declare local", "#", "synthetic")) or code == "}":
            continue
        if found := re.fullmatch(r"(?:\} els)?if \((.*)\) \{", code):
            word = "elif" if code.startswith("}") else "if"
            lines.append(f"{indent}{word} {expression(found[1])}:")
        elif code == "} else {":
            lines.append(f"{indent}else:")
        elif found := re.fullmatch(r"set (\S+) = (.*);", code):
            lines.append(f"{indent}self.set({found[1]!r}, {expression(found[2])})")
        elif found := re.fullmatch(r"unset (\S+);", code):
            lines.append(f"{indent}self.set({found[1]!r}, None)")
        elif found := re.fullmatch(r"call (\S+);", code):
            lines.append(f"{indent}self.call({found[1]!r})")
        elif found := re.fullmatch(r"return\(([a-z_]+)\);", code):
            lines.append(f"{indent}return {found[1]!r}")
        elif found := re.fullmatch(r"error ([0-9]+);", code):
            lines.append(f"{indent}raise Refused({found[1]})")
        else:
            assert code == "return;", code
            lines.append(f"{indent}return")
    names: dict[str, Any] = {"FUNCTIONS": FUNCTIONS, "Refused": Refused}
    exec("\n".join(lines), names)  # noqa: S102 of our own making
    done: Callable[[Request], Any] = names["subroutine"]
    return done
