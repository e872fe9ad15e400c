"""What became of cards in record systems, and which of their tokens have been used."""

import sqlalchemy as sa
from alembic import op

from serving.register.append_only import allow_changes, refuse_changes

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "cds_feedback",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.Column("service", sa.String(64), nullable=False),
        sa.Column("card", sa.String(36), nullable=False),
        sa.Column("outcome", sa.String(16), nullable=False),
        sa.Column("suggestions", sa.JSON, nullable=False),
        sa.Column("reason_system", sa.String(255), nullable=False),
        sa.Column("reason", sa.String(64), nullable=False),
        sa.Column("comment", sa.String(500), nullable=False),
        sa.Column("happened", TIME, nullable=False),
        sa.Column("same", sa.String(64), nullable=False),
        sa.UniqueConstraint("same", name="uq_cds_feedback_same"),
    )
    op.create_index("ix_cds_feedback_card", "cds_feedback", ["card"])
    op.create_table(
        "cds_tokens",
        sa.Column("id_hash", sa.String(64), primary_key=True),
        sa.Column("expires", TIME, nullable=False),
    )
    op.create_index("ix_cds_tokens_expires", "cds_tokens", ["expires"])
    refuse_changes(op.get_bind(), "cds_feedback")


def downgrade() -> None:
    """Loses what record systems have told of cards."""
    allow_changes(op.get_bind(), "cds_feedback")
    op.drop_table("cds_feedback")
    op.drop_table("cds_tokens")
