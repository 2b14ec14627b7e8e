import pytest

from tests.servers.several_stores import Several


@pytest.fixture
async def several() -> Several:
    return Several()
