"""Running migrations by Alembic, which takes longer to load than all else of a start."""

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection


def migrate(connection: Connection, version: str) -> None:
    """Run the migrations that are missing up to ``version``."""
    config = Config()
    config.set_main_option("script_location", "origin.database:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, version)
