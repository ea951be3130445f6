"""Which documents carried a page's content or a decision's words, not only the first of them.

Of what was archived before, only the first is known; `ombudsman reread` tells the others of pages.

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "page_document",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_page_document_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_page_document_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["page_reading.capture_id"], name=op.f("fk_page_document_capture_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "authority_id", name=op.f("pk_page_document")),
    )
    op.create_index(op.f("ix_page_document_capture_id"), "page_document", ["capture_id"])
    op.create_table(
        "decision_document",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_decision_document_document_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_document_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["version_id"], ["decision_version.id"], name=op.f("fk_decision_document_version_id")
        ),
        sa.PrimaryKeyConstraint("document_id", "decision_id", name=op.f("pk_decision_document")),
    )
    op.create_index(op.f("ix_decision_document_version_id"), "decision_document", ["version_id"])
    op.execute(
        "INSERT OR IGNORE INTO page_document (document_id, authority_id, capture_id)"
        " SELECT document_id, authority_id, capture_id FROM page_reading"
    )
    op.execute(
        "INSERT OR IGNORE INTO decision_document (document_id, decision_id, version_id)"
        " SELECT document_id, decision_id, id FROM decision_version"
    )


def downgrade() -> None:
    op.drop_table("decision_document")
    op.drop_table("page_document")
