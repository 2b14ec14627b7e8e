"""The OpenAPI document as a page that people read: HTML without scripts. Pure."""

import json
from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Final

_SCHEMAS: Final = "#/components/schemas/"
Document = Mapping[str, Any]


def readable(document: Document) -> bytes:
    """Return the page."""
    info = document["info"]
    title = f"{info['title']} {info['version']}"
    body = "".join(_sections(document))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>API of {escape(title)}</title>
<link rel="stylesheet" href="companion/page.css">
</head>
<body><main>
<h1>API of {escape(title)}</h1>
<p>{escape(info["summary"])} For programs: <a href="openapi.json">openapi.json</a>.</p>
{body}
</main></body></html>
""".encode()


def _sections(document: Document) -> Iterator[str]:
    operations = [
        (operation["tags"][0], method, path, operation)
        for path, operations in document["paths"].items()
        for method, operation in operations.items()
    ]
    yield "<nav aria-label='Operations'><ul>"
    for _, method, path, operation in operations:
        name = escape(operation["operationId"])
        yield f"<li><a href='#{name}'><code>{method.upper()} {escape(path)}</code></a></li>"
    yield "</ul></nav>"
    for _, method, path, operation in operations:
        yield from _operation(method, path, operation)
    for tag in document["tags"]:
        if "externalDocs" in tag:
            said, where = escape(tag["description"]), escape(tag["externalDocs"]["url"])
            yield f"<section><h2>{escape(tag['name'])}</h2><p>{said}</p><p>{where}</p></section>"
    yield "<h2 id='fields'>Header fields of every answer</h2>"
    yield _table(
        (f"<code>{escape(name)}</code>", escape(field["description"]))
        for name, field in document["components"]["headers"].items()
    )
    yield "<h2 id='schemas'>What is said</h2>"
    for name, schema in document["components"]["schemas"].items():
        yield f"<section id='schema-{escape(name)}'><h3>{escape(name)}</h3>"
        yield f"<p>{escape(schema.get('description', ''))}</p>"
        yield from _properties(schema)
        yield "</section>"


def _operation(method: str, path: str, operation: Document) -> Iterator[str]:
    yield f"<section id='{escape(operation['operationId'])}'>"
    yield f"<h2>{escape(operation['summary'])}</h2>"
    yield f"<p><code><span class='method'>{method.upper()}</span> {escape(path)}</code></p>"
    yield f"<p>{escape(operation['description'])}</p>"
    if {} not in operation["security"]:
        yield "<p>For users who say who they are.</p>"
    if operation["parameters"]:
        yield "<h3>Parameters</h3>"
        yield _table(
            (
                f"<code>{escape(each['name'])}</code> ({each['in']})",
                _type(each["schema"]),
                escape(each.get("description", "")),
            )
            for each in operation["parameters"]
        )
    for media_type, content in operation.get("requestBody", {}).get("content", {}).items():
        yield f"<h3>Body</h3><p><code>{escape(media_type)}</code> {_type(content['schema'])}</p>"
    yield "<h3>Answers</h3>"
    yield _table(_answers(operation["responses"]))
    yield "</section>"


def _answers(responses: Document) -> Iterator[tuple[str, ...]]:
    for status, response in responses.items():
        types = [_type(each["schema"]) for each in response.get("content", {}).values()]
        own = [name for name, field in response["headers"].items() if "$ref" not in field]
        said = "".join(f"<br><code>{escape(name)}</code>" for name in own)
        yield (f"<code>{status}</code>", ", ".join(types), escape(response["description"]) + said)


def _properties(schema: Document) -> Iterator[str]:
    if "properties" not in schema:
        yield f"<p>{_type(schema)}</p>"
        return
    required = schema.get("required", ())
    yield _table(
        (
            f"<code>{escape(name)}</code>",
            _type(each) + ("" if name in required else ", may be left out"),
            escape(each.get("description", "")),
        )
        for name, each in schema["properties"].items()
    )


def _type(schema: Document) -> str:
    """Return a link to a named schema, or what another one says of itself."""
    if "$ref" in schema:
        name = escape(schema["$ref"].removeprefix(_SCHEMAS))
        return f"<a href='#schema-{name}'>{name}</a>"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if "anyOf" in schema:
        return " or ".join(_type(each) for each in schema["anyOf"])
    said = {
        key: value
        for key, value in schema.items()
        if key not in {"title", "description", "properties", "required"}
    }
    kind = str(said.pop("type", "anything"))
    rest = f" <code>{escape(json.dumps(said, ensure_ascii=False))}</code>" if said else ""
    return escape(kind) + rest


def _table(rows: Iterator[tuple[str, ...]]) -> str:
    cells = ("".join(f"<td>{cell}</td>" for cell in row) for row in rows)
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"
