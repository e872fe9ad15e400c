"""Decisions, enrolments, objections, sessions; more in the access log."""

import sqlalchemy as sa
from alembic import op

from serving.register.append_only import allow_changes, refuse_changes

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TIME = sa.DateTime(timezone=True)
NEW_AND_GROWING = ("decisions", "enrolments", "enrolment_ends", "objections")


def upgrade() -> None:
    for name in ("objected", "objections_seen"):
        op.add_column(
            "weekly_runs", sa.Column(name, sa.Integer, nullable=False, server_default="0")
        )
    op.create_table(
        "run_enrolled",
        sa.Column("run_id", sa.Integer, sa.ForeignKey("weekly_runs.id"), primary_key=True),
        sa.Column("person_id", sa.String(128), primary_key=True),
        sa.Column("care_unit", sa.String(64), nullable=False),
        sa.Column("team", sa.String(255), nullable=False),
        sa.Column("mobile_model", sa.String(1), nullable=False),
        sa.Column("start", sa.Date, nullable=False),
    )
    op.create_index("ix_run_enrolled_unit", "run_enrolled", ["run_id", "care_unit"])
    _decisions()
    _enrolments()
    op.create_table(
        "objections",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("person_id", sa.String(128), nullable=False),
        sa.Column("objects", sa.Boolean, nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
    )
    op.create_index("ix_objections_person_id", "objections", ["person_id", "id"])
    op.create_table(
        "sessions",
        sa.Column("id_hash", sa.String(64), primary_key=True),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("name", sa.String(255), nullable=False),
        sa.Column("roles", sa.JSON, nullable=False),
        sa.Column("units", sa.JSON, nullable=False),
        sa.Column("began", TIME, nullable=False),
        sa.Column("last_seen", TIME, nullable=False),
        sa.Column("ends", TIME, nullable=False),
        sa.Column("ended_at", TIME),
    )
    op.create_index("ix_sessions_subject", "sessions", ["subject"])
    for table in NEW_AND_GROWING:
        refuse_changes(op.get_bind(), table)
    _log(sa.String(255), add=True)


def _decisions() -> None:
    op.create_table(
        "decisions",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("at", TIME, nullable=False),
        sa.Column("person_id", sa.String(128), nullable=False),
        sa.Column("care_unit", sa.String(64), nullable=False),
        sa.Column("week", sa.String(8), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("mobile_model", sa.String(1)),
        sa.Column("start", sa.Date),
        sa.Column("until", sa.Date),
        sa.Column("reason", sa.String(32)),
        sa.Column("note", sa.String(500), nullable=False),
        sa.Column("who", sa.String(255), nullable=False),
        sa.Column("who_name", sa.String(255), nullable=False),
        sa.Column("follows", sa.Integer, nullable=False),
        sa.Column("request_key", sa.String(128)),
        sa.Column("request_hash", sa.String(64)),
        sa.UniqueConstraint("person_id", "follows", name="uq_decisions_follows"),
        sa.UniqueConstraint("who", "request_key", name="uq_decisions_request"),
    )
    op.create_index("ix_decisions_unit", "decisions", ["care_unit", "kind"])


def _enrolments() -> None:
    decision = sa.ForeignKey("decisions.id")
    op.create_table(
        "enrolments",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("decision_id", sa.Integer, decision, nullable=False),
        sa.Column("person_id", sa.String(128), nullable=False),
        sa.Column("care_unit", sa.String(64), nullable=False),
        sa.Column("team", sa.String(255), nullable=False),
        sa.Column("mobile_model", sa.String(1), nullable=False),
        sa.Column("start", sa.Date, nullable=False),
        sa.UniqueConstraint("decision_id", name="uq_enrolments_decision_id"),
    )
    op.create_index("ix_enrolments_person_id", "enrolments", ["person_id"])
    op.create_index("ix_enrolments_care_unit", "enrolments", ["care_unit"])
    op.create_table(
        "enrolment_ends",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("decision_id", sa.Integer, sa.ForeignKey("decisions.id"), nullable=False),
        sa.Column("enrolment_id", sa.Integer, sa.ForeignKey("enrolments.id"), nullable=False),
        sa.Column("end", sa.Date, nullable=False),
        sa.Column("end_reason", sa.String(32), nullable=False),
        sa.UniqueConstraint("decision_id", name="uq_enrolment_ends_decision_id"),
    )
    op.create_index("ix_enrolment_ends_enrolment_id", "enrolment_ends", ["enrolment_id"])


def _log(who: sa.String, *, add: bool) -> None:
    """The access log, rows and all. SQLite copies the table, and with it go its triggers."""
    allow_changes(op.get_bind(), "access_log")
    with op.batch_alter_table("access_log") as log:
        log.alter_column("who", type_=who, existing_nullable=False)
        for name, kind in (("role", sa.String(64)), ("unit", sa.Text()), ("why", sa.String(500))):
            if add:
                log.add_column(sa.Column(name, kind, nullable=False, server_default=""))
            else:
                log.drop_column(name)
    refuse_changes(op.get_bind(), "access_log")


def downgrade() -> None:
    """Loses decisions, enrolments, objections and sessions, and of the access log what only
    this version knew: roles, units and reasons, and names beyond 64 characters."""
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        allow_changes(bind, "access_log")
        op.execute("UPDATE access_log SET who = left(who, 64)")
        refuse_changes(bind, "access_log")
    _log(sa.String(64), add=False)
    for table in ("objections", "enrolment_ends", "enrolments", "decisions"):
        allow_changes(bind, table)
        op.drop_table(table)
    for table in ("sessions", "run_enrolled"):
        op.drop_table(table)
    for name in ("objections_seen", "objected"):
        op.drop_column("weekly_runs", name)
