"""How Alembic meets the database: always through the connection that `upgrade` hands over."""

from alembic import context

# Every table is known once its module is loaded.
from ombudsman_crawler.database import collections  # noqa: F401
from ombudsman_crawler.database.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=True,
    # The caller holds the transaction: everything or nothing.
    transactional_ddl=False,
)
context.run_migrations()
