"""What Alembic runs: the missing steps, on the connection and in the transaction it is given."""

from alembic import context

from origin.database.tables import metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    transactional_ddl=True,  # SQLite too, since its transactions are begun by us
)
with context.begin_transaction():
    context.run_migrations()
