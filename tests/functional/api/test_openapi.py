"""The document that describes the API: valid, and good to make a client from."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import Any

from openapi_spec_validator import OpenAPIV31SpecValidator

from origin.companion.catalogue.kinds import ASKABLE, TOLD
from tests.functional.api.service import Service, over_sqlite_alone

METHODS = {"get", "head", "post", "put", "patch", "delete", "options"}
PROBLEM = {"$ref": "#/components/schemas/Problem"}


async def test_the_document_is_openapi_3_1(service: Service) -> None:
    document = await service.get("/openapi.json")
    assert [str(error) for error in OpenAPIV31SpecValidator(document).iter_errors()] == []
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]["/v1/artists"]) == {"get", "post"}


async def test_events_are_described_by_kind(service: Service) -> None:
    document = await service.get("/openapi.json")
    assert set(document["webhooks"]) == {str(kind) for kind in TOLD}
    for kind, item in document["webhooks"].items():
        said = item["post"]["requestBody"]["content"]["application/json"]["schema"]["properties"]
        assert said["type"] == {"const": kind}
        assert "id" in said["data"]["properties"]
    draft = document["components"]["schemas"]["WebhookDraft"]["properties"]["kinds"]
    assert set(draft["items"]["enum"]) == {str(kind) for kind in ASKABLE}


def operations(document: Any) -> Iterator[tuple[str, str, Any]]:
    for path, item in document["paths"].items():
        assert item.keys() <= METHODS
        for method, operation in item.items():
            yield path, method, operation


@over_sqlite_alone
async def test_each_operation_is_named_once_and_described(service: Service) -> None:
    document = await service.get("/openapi.json")
    names = Counter(operation["operationId"] for _, _, operation in operations(document))
    assert set(names.values()) == {1}
    assert all(re.fullmatch("[a-z][A-Za-z]+", name) for name in names)
    tags = [tag["name"] for tag in document["tags"]]
    assert len(tags) == len(set(tags))
    for path, method, operation in operations(document):
        where = (method, path)
        assert operation["summary"], where
        assert operation["description"], where
        assert len(operation["tags"]) == 1, where
        assert operation["tags"][0] in tags, where


@over_sqlite_alone
async def test_parameters_are_those_of_the_path_and_told_apart(service: Service) -> None:
    for path, method, operation in operations(await service.get("/openapi.json")):
        parameters = operation["parameters"]
        told = Counter((each["in"], each["name"]) for each in parameters)
        assert set(told.values()) <= {1}, (method, path)
        of_path = {each["name"] for each in parameters if each["in"] == "path"}
        assert of_path == set(re.findall(r"{(\w+)}", path)), (method, path)
        assert all(each["required"] for each in parameters if each["in"] == "path")


@over_sqlite_alone
async def test_each_answer_says_what_it_is(service: Service) -> None:
    for path, method, operation in operations(await service.get("/openapi.json")):
        for status, response in operation["responses"].items():
            where, content = (method, path, status), response.get("content", {})
            if int(status) >= 400:
                assert content == {"application/problem+json": {"schema": PROBLEM}}, where
            elif status in {"204", "304"} or method == "head":
                assert not content, where
            elif status != "202" and operation["tags"] != ["tus"]:
                # some say all by the status, those of tus by their fields
                assert content, where
        needed = {"503"} if method == "options" else {"401", "429", "503"}  # nobody is counted
        assert needed <= operation["responses"].keys(), (method, path)


@over_sqlite_alone
async def test_each_reference_leads_somewhere_and_each_schema_is_used(service: Service) -> None:
    response = await service.ask("GET", "/openapi.json")
    text, document = await response.text(), await response.json()
    used = set(re.findall(r'"#/components/schemas/([^"]+)"', text))
    assert used == document["components"]["schemas"].keys()
    schemes = document["components"]["securitySchemes"].keys()
    for _, _, operation in operations(document):
        for each in operation["security"]:
            assert each.keys() <= schemes


@over_sqlite_alone
async def test_schemas_are_named_by_what_they_are_of_and_not_by_where_they_are_written(
    service: Service,
) -> None:
    schemas = (await service.get("/openapi.json"))["components"]["schemas"]
    assert all(re.fullmatch("[A-Z][A-Za-z]+(_[A-Z][A-Za-z]+_)?", name) for name in schemas)
    states = {"AssetState": "preparing", "UploadState": "waiting", "PlayState": "begun"}
    for name, first in states.items():
        assert schemas[name]["enum"][0] == first
        assert schemas[name]["title"] == name
    assert {"AlbumKind", "SearchKind", "AssetFailure", "UploadFailure"} <= schemas.keys()
