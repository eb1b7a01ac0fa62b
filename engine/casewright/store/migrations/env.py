"""What Alembic runs: on the connection that `store.schema` hands over, never on a URL."""

from __future__ import annotations

from alembic import context
from sqlmodel import SQLModel

import casewright.store.tables  # noqa: F401 - declares the tables

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=SQLModel.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=True,
)
context.run_migrations()
