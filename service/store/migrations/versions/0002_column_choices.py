"""What the council means by its own headings."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Bring the tables forward."""
    op.create_table(
        "column_choices",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("sheet", sa.String(length=40), nullable=False),
        sa.Column("words", sa.String(length=200), nullable=False),
        sa.Column("shown", sa.String(length=200), nullable=False),
        sa.Column("field", sa.String(length=60), nullable=False),
        sa.Column("by", sa.String(length=200), nullable=False),
        sa.Column("at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_column_choices")),
        sa.UniqueConstraint("sheet", "words", name="uq_column_choices_sheet_words"),
    )
    op.add_column("cities", sa.Column("columns", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take the tables back."""
    op.drop_column("cities", "columns")
    op.drop_table("column_choices")
