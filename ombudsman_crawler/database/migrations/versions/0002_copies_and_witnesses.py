"""Letters kept by others than the site; what the second reader saw; which reader confirmed what.

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "document_witness",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("witness", sa.String(), nullable=False),
        sa.Column("texts", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_document_witness_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_document_witness")),
    )
    op.add_column(
        "letter_version", sa.Column("copy", sa.Boolean(), server_default="0", nullable=False)
    )
    op.add_column("reading", sa.Column("confirmed_by", sa.String(), nullable=True))
    op.add_column("reading", sa.Column("witness", sa.String(), nullable=True))


def downgrade() -> None:
    op.drop_column("reading", "witness")
    op.drop_column("reading", "confirmed_by")
    op.drop_column("letter_version", "copy")
    op.drop_table("document_witness")
