"""Weekly runs, scores, lists, reasons and the access log."""

import sqlalchemy as sa
from alembic import op

from serving.register.append_only import allow_changes, refuse_changes

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
RUN = ("weekly_runs.id",)


def upgrade() -> None:
    op.create_table(
        "weekly_runs",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("index_date", sa.Date, nullable=False),
        sa.Column("model_version", sa.String(64), nullable=False),
        sa.Column("extract_id", sa.String(64), nullable=False),
        sa.Column("capacity", sa.Integer, nullable=False),
        sa.Column("primary_target", sa.String(64), nullable=False),
        sa.Column("people", sa.Integer, nullable=False),
        sa.Column("created_at", TIME, nullable=False),
    )
    op.create_index("ix_weekly_runs_week", "weekly_runs", ["week"])
    op.create_table(
        "run_units",
        sa.Column("run_id", sa.Integer, sa.ForeignKey(*RUN), primary_key=True),
        sa.Column("care_unit", sa.String(64), primary_key=True),
        sa.Column("people", sa.Integer, nullable=False),
    )
    op.create_table(
        "scores",
        sa.Column("run_id", sa.Integer, sa.ForeignKey(*RUN), primary_key=True),
        sa.Column("person_id", sa.String(128), primary_key=True),
        sa.Column("target", sa.String(64), primary_key=True),
        sa.Column("care_unit", sa.String(64), nullable=False),
        sa.Column("probability", sa.Float(53), nullable=False),
    )
    op.create_table(
        "list_entries",
        sa.Column("run_id", sa.Integer, sa.ForeignKey(*RUN), primary_key=True),
        sa.Column("care_unit", sa.String(64), primary_key=True),
        sa.Column("rank", sa.Integer, primary_key=True),
        sa.Column("person_id", sa.String(128), nullable=False),
        sa.Column("age", sa.Integer),
        sa.Column("sex", sa.String(16), nullable=False),
        sa.Column("target_groups", sa.JSON, nullable=False),
        sa.Column("mobile_model", sa.String(1)),
        sa.Column("mobile_rule", sa.JSON, nullable=False),
        sa.Column("probabilities", sa.JSON, nullable=False),
        sa.Column("changed", sa.JSON, nullable=False),
    )
    op.create_index("uq_list_entries_person", "list_entries", ["run_id", "person_id"], unique=True)
    op.create_table(
        "reasons",
        sa.Column("run_id", sa.Integer, sa.ForeignKey(*RUN), primary_key=True),
        sa.Column("person_id", sa.String(128), primary_key=True),
        sa.Column("target", sa.String(64), primary_key=True),
        sa.Column("base", sa.Float(53), nullable=False),
        sa.Column("rest", sa.Float(53), nullable=False),
        sa.Column("reasons", sa.JSON, nullable=False),
    )
    op.create_table(
        "access_log",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("who", sa.String(64), nullable=False),
        sa.Column("what", sa.String(64), nullable=False),
        sa.Column("person_id", sa.String(128)),
        sa.Column("care_unit", sa.String(64)),
    )
    op.create_index("ix_access_log_person_id", "access_log", ["person_id"])
    refuse_changes(op.get_bind(), "access_log")


def downgrade() -> None:
    """Loses everything: there is nothing below the first version."""
    allow_changes(op.get_bind(), "access_log")
    for table in ("access_log", "reasons", "list_entries", "scores", "run_units", "weekly_runs"):
        op.drop_table(table)
