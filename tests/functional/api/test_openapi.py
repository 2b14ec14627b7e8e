"""The document that describes the API."""

from openapi_spec_validator import validate

from tests.functional.api.service import Service


async def test_the_document_is_openapi_3_1(service: Service) -> None:
    document = await service.get("/openapi.json")
    validate(document)
    assert document["openapi"].startswith("3.1")
    assert set(document["paths"]["/v1/artists"]) == {"get", "post"}
