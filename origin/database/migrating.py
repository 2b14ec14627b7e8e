"""Running migrations by Alembic, which takes longer to load than all else of a start."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from origin.database.schema import NewerSchema


def migrate(connection: Connection, version: str) -> None:
    """Run the migrations that are missing up to ``version``. Raises NewerSchema."""
    config = Config()
    config.set_main_option("script_location", "origin.database:migrations")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if not known.issuperset(MigrationContext.configure(connection).get_current_heads()):
        raise NewerSchema
    command.upgrade(config, version)
