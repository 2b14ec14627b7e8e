"""What databases are asked, and how they say that they go about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, text
from sqlalchemy.ext.asyncio import AsyncEngine

Statement = tuple[str, Any]


@contextmanager
def noted(engine: AsyncEngine) -> Iterator[list[Statement]]:
    """Note each statement of the block, with its values."""
    statements: list[Statement] = []

    def note(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        statements.append((statement, parameters))

    event.listen(engine.sync_engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine.sync_engine, "before_cursor_execute", note)


async def explained(engine: AsyncEngine, statement: str, parameters: Any) -> list[str]:
    """Return the lines of a plan, as it would be with many rows."""
    async with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            plan = await connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            return [row.detail for row in plan]
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        await connection.execute(text("SET LOCAL enable_sort = off"))
        found = await connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)
        return [row[0] for row in found]
