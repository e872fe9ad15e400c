"""Alembic's entry: runs on the connection that the register hands over."""

from alembic import context

from serving.register.models import Base

context.configure(connection=context.config.attributes["connection"], target_metadata=Base.metadata)
# No context.begin_transaction(): the register has begun one, and it covers every step.
context.run_migrations()
