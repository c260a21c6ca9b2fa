"""Who came to the meetings of a roster."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "attendance_notes",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("run", sa.String(length=32), nullable=False),
        sa.Column("meeting", sa.String(length=120), nullable=False),
        sa.Column("came", sa.Boolean(), nullable=False),
        sa.Column("senco", sa.Boolean(), nullable=False),
        sa.Column("head", sa.Boolean(), nullable=False),
        sa.Column("rating", sa.Integer(), nullable=True),
        sa.Column("actions", sa.JSON(), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.ForeignKeyConstraint(["run"], ["runs.id"], name=op.f("fk_attendance_notes_run_runs"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance_notes")),
        sa.UniqueConstraint("run", "meeting", name="uq_attendance_notes_run_meeting"),
    )
    op.create_index(op.f("ix_attendance_notes_run"), "attendance_notes", ["run"])


def downgrade() -> None:
    """Take the tables back."""
    op.drop_index(op.f("ix_attendance_notes_run"), table_name="attendance_notes")
    op.drop_table("attendance_notes")
