"""Runs the library's migrations on the connection that pipeline.store.schema hands over."""

from alembic import context

from pipeline.store.tables import library

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=library,
    version_table="library_version",
    render_as_batch=True,
    transactional_ddl=True,
)
with context.begin_transaction():
    context.run_migrations()
