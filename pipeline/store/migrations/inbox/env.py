"""Runs the inbox's migrations on the connection that pipeline.store.schema hands over."""

from alembic import context

from pipeline.store.tables import inbox

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=inbox,
    version_table="inbox_version",
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
