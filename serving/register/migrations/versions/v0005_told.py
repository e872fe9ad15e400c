"""What the records tell of the people on the newest lists, ready to be shown."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "told",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("weekly_runs.id"), primary_key=True),
        sa.Column("person_id", sa.String(128), primary_key=True),
        sa.Column("format", sa.Integer, nullable=False),
        sa.Column("content", sa.LargeBinary, nullable=False),
    )


def downgrade() -> None:
    """Loses nothing that is not in the extract: pages are made of the records again."""
    op.drop_table("told")
