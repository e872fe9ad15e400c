"""Reasons by heading."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("reasons", sa.Column("headings", sa.JSON, nullable=False, server_default="[]"))


def downgrade() -> None:
    """Loses the reasons by heading; the reasons themselves stay."""
    op.drop_column("reasons", "headings")
