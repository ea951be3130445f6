"""What captures repeat is stored once: addresses, WARC files, headers. The table is `attempt` now;
the view `capture` is what the table was.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "address",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(collation="NOCASE"), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_address")),
        sa.UniqueConstraint("address", "url", name=op.f("uq_address_address_url")),
    )
    op.create_table(
        "warc",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("file", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warc")),
        sa.UniqueConstraint("file", name=op.f("uq_warc_file")),
    )
    for name in ("address_time", "document_id", "run_id"):
        op.drop_index(f"ix_capture_{name}", "capture")
    # References of other tables follow.
    op.rename_table("capture", "attempt")
    for column in ("address_id", "warc_id", "headers_from"):
        op.add_column("attempt", sa.Column(column, sa.Integer(), nullable=True))
    op.execute("INSERT INTO address (address, url) SELECT address, url FROM attempt GROUP BY 1, 2")
    op.execute(
        "INSERT INTO warc (file) SELECT DISTINCT warc_file FROM attempt"
        " WHERE warc_file IS NOT NULL ORDER BY 1"
    )
    op.execute(
        "UPDATE attempt SET warc_id = (SELECT id FROM warc WHERE file = warc_file), address_id ="
        " (SELECT id FROM address WHERE address = attempt.address AND url = attempt.url)"
    )
    with op.batch_alter_table("attempt") as attempt:
        attempt.alter_column("address_id", existing_type=sa.Integer(), nullable=False)
        attempt.create_foreign_key(op.f("fk_attempt_address_id"), "address", ["address_id"], ["id"])
        attempt.create_foreign_key(op.f("fk_attempt_warc_id"), "warc", ["warc_id"], ["id"])
        attempt.create_foreign_key(
            op.f("fk_attempt_headers_from"), "attempt", ["headers_from"], ["id"]
        )
        for column in ("address", "url", "warc_file"):
            attempt.drop_column(column)
    op.create_index(op.f("ix_attempt_document_id"), "attempt", ["document_id"])
    op.create_index(
        "ix_attempt_served", "attempt", ["address_id"], sqlite_where=sa.text("status = 200")
    )
    op.create_index(
        "ix_attempt_whole_headers",
        "attempt",
        ["address_id", "status"],
        sqlite_where=sa.text("headers_from IS NULL"),
    )
    # Most letters aren't asked for in a run.
    op.drop_index(op.f("ix_outcome_capture_id"), "outcome")
    op.create_index(
        "ix_outcome_asked",
        "outcome",
        ["capture_id"],
        sqlite_where=sa.text("capture_id IS NOT NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_outcome_asked", "outcome")
    op.create_index(op.f("ix_outcome_capture_id"), "outcome", ["capture_id"])
    for name in ("whole_headers", "served", "document_id"):
        op.drop_index(f"ix_attempt_{name}", "attempt")
    op.add_column("attempt", sa.Column("address", sa.String(collation="NOCASE"), nullable=True))
    op.add_column("attempt", sa.Column("url", sa.String(), nullable=True))
    op.add_column("attempt", sa.Column("warc_file", sa.String(), nullable=True))
    op.execute(
        "UPDATE attempt SET warc_file = (SELECT file FROM warc WHERE id = warc_id),"
        " address = (SELECT address.address FROM address WHERE id = address_id),"
        " url = (SELECT address.url FROM address WHERE id = address_id)"
    )
    op.execute(
        "UPDATE attempt SET headers = json_patch((SELECT whole.headers FROM attempt AS whole"
        " WHERE whole.id = attempt.headers_from), headers) WHERE headers_from IS NOT NULL"
    )
    with op.batch_alter_table("attempt") as attempt:
        for name in ("headers_from", "warc_id", "address_id"):
            attempt.drop_constraint(op.f(f"fk_attempt_{name}"), type_="foreignkey")
            attempt.drop_column(name)
        attempt.alter_column("address", existing_type=sa.String(collation="NOCASE"), nullable=False)
        attempt.alter_column("url", existing_type=sa.String(), nullable=False)
    op.rename_table("attempt", "capture")
    op.create_index("ix_capture_address_time", "capture", ["address", "time"])
    op.create_index(op.f("ix_capture_document_id"), "capture", ["document_id"])
    op.create_index(op.f("ix_capture_run_id"), "capture", ["run_id"])
    op.drop_table("warc")
    op.drop_table("address")
