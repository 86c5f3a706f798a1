"""Alembic's entry: migrates the database of the connection that it is handed."""

from alembic import context

from feedsvc import models  # noqa: F401  # every table is known once the package is imported
from feedsvc.db import Base

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
