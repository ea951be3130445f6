"""What the map holds besides letters: council pages, national tables, decisions, public reports,
service improvements; what is withheld, and what had to be erased.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "withholding",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("withheld", sa.Boolean(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_withholding")),
    )
    with op.batch_alter_table("withholding", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_withholding_subject"), ["subject"], unique=False)

    op.create_table(
        "decision_window",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.String(), nullable=False),
        sa.Column("last_day", sa.String(), nullable=False),
        sa.Column("stated", sa.Integer(), nullable=True),
        sa.Column("collected", sa.Integer(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("asked", sa.String(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'complete', 'short')", name=op.f("ck_decision_window_state")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_decision_window_run_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_window")),
        sa.UniqueConstraint(
            "first_day", "last_day", name=op.f("uq_decision_window_first_day_last_day")
        ),
    )
    op.create_table(
        "erasure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.String(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("who", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("why", sa.String(), nullable=False),
        sa.Column("finished", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_erasure_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_erasure")),
        sa.UniqueConstraint("sha256", name=op.f("uq_erasure_sha256")),
    )
    op.create_table(
        "service_improvement",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("date", sa.String(), nullable=True),
        sa.Column("year", sa.String(), nullable=True),
        sa.Column("year_ending", sa.Integer(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("found_on", sa.String(), nullable=False),
        sa.Column("first_seen", sa.String(), nullable=False),
        sa.Column("last_seen", sa.String(), nullable=False),
        sa.Column("last_run_id", sa.Integer(), nullable=False),
        sa.Column("unlisted_since", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_service_improvement_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["last_run_id"], ["run.id"], name=op.f("fk_service_improvement_last_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_improvement")),
        sa.UniqueConstraint(
            "authority_id", "key", "text", name=op.f("uq_service_improvement_authority_id_key_text")
        ),
    )
    with op.batch_alter_table("service_improvement", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_service_improvement_authority_id"), ["authority_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_service_improvement_reference"), ["reference"], unique=False
        )

    op.create_table(
        "decision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("authority_as_listed", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("sub_category", sa.String(), nullable=True),
        sa.Column("decided", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("current_version_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_decision_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["current_version_id"],
            ["decision_version.id"],
            name=op.f("fk_decision_current_version_id"),
            use_alter=True,
        ),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_decision_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
        sa.UniqueConstraint("link_id", name=op.f("uq_decision_link_id")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_decision_authority_id"), ["authority_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_decision_decided"), ["decided"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_reference"), ["reference"], unique=False)

    op.create_table(
        "national_table",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("sheet", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("subject", sa.String(), nullable=True),
        sa.Column("year_ending", sa.Integer(), nullable=True),
        sa.Column("header_row", sa.Integer(), nullable=True),
        sa.Column("columns", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("first_seen", sa.String(), nullable=False),
        sa.Column("last_seen", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status IN ('ok', 'suspect', 'unrecognised')", name=op.f("ck_national_table_status")
        ),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["attempt.id"], name=op.f("fk_national_table_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_national_table_document_id")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_national_table_link_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_national_table")),
        sa.UniqueConstraint(
            "document_id", "sheet", name=op.f("uq_national_table_document_id_sheet")
        ),
    )
    with op.batch_alter_table("national_table", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_national_table_link_id"), ["link_id"], unique=False)

    op.create_table(
        "page_reading",
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("layout", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("year_ending", sa.Integer(), nullable=True),
        sa.Column("period_start", sa.String(), nullable=True),
        sa.Column("period_end", sa.String(), nullable=True),
        sa.Column("name_as_printed", sa.String(), nullable=True),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("first_seen", sa.String(), nullable=False),
        sa.Column("last_seen", sa.String(), nullable=False),
        sa.CheckConstraint(
            "state IN ('figures', 'no_data', 'no_statistics')", name=op.f("ck_page_reading_state")
        ),
        sa.CheckConstraint(
            "status IN ('ok', 'suspect', 'unknown_form')", name=op.f("ck_page_reading_status")
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_page_reading_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["attempt.id"], name=op.f("fk_page_reading_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_page_reading_document_id")
        ),
        sa.PrimaryKeyConstraint("capture_id", name=op.f("pk_page_reading")),
    )
    with op.batch_alter_table("page_reading", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_page_reading_authority_id"), ["authority_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_page_reading_document_id"), ["document_id"], unique=False
        )

    op.create_table(
        "public_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.String(collation="NOCASE"), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("link_id", sa.Integer(), nullable=True),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("blurb", sa.String(), nullable=True),
        sa.Column("date", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("document_id", sa.Integer(), nullable=True),
        sa.Column("found_on", sa.String(), nullable=False),
        sa.Column("first_seen", sa.String(), nullable=False),
        sa.Column("last_seen", sa.String(), nullable=False),
        sa.Column("last_run_id", sa.Integer(), nullable=False),
        sa.Column("unlisted_since", sa.String(), nullable=True),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_public_report_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_public_report_document_id")
        ),
        sa.ForeignKeyConstraint(["link_id"], ["link.id"], name=op.f("fk_public_report_link_id")),
        sa.ForeignKeyConstraint(
            ["last_run_id"], ["run.id"], name=op.f("fk_public_report_last_run_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_public_report")),
    )
    with op.batch_alter_table("public_report", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_public_report_authority_id"), ["authority_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_public_report_document_id"), ["document_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_public_report_key"), ["key"], unique=False)
        batch_op.create_index(batch_op.f("ix_public_report_link_id"), ["link_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_public_report_reference"), ["reference"], unique=False)

    op.create_table(
        "list_read",
        sa.Column("authority_id", sa.Integer(), nullable=False),
        sa.Column("collection", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_list_read_authority_id")
        ),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_list_read_run_id")),
        sa.PrimaryKeyConstraint("authority_id", "collection", name=op.f("pk_list_read")),
    )
    op.create_table(
        "report_text",
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("title", sa.String(), nullable=True),
        sa.Column("date", sa.String(), nullable=True),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("text", sa.String(), nullable=True),
        sa.CheckConstraint(
            "status IN ('ok', 'no_text', 'unreadable', 'failed')",
            name=op.f("ck_report_text_status"),
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_report_text_document_id")
        ),
        sa.PrimaryKeyConstraint("document_id", name=op.f("pk_report_text")),
    )
    with op.batch_alter_table("report_text", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_text_reference"), ["reference"], unique=False)

    op.create_table(
        "decision_version",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("decision_id", sa.Integer(), nullable=False),
        sa.Column("document_id", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=False),
        sa.Column("reader", sa.String(), nullable=False),
        sa.Column("time", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("reference", sa.String(), nullable=True),
        sa.Column("authority_as_printed", sa.String(), nullable=True),
        sa.Column("category", sa.String(), nullable=True),
        sa.Column("sub_category", sa.String(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("decided", sa.String(), nullable=True),
        sa.Column("summary", sa.String(), nullable=True),
        sa.Column("sections", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("remedies", sa.String(), nullable=True),
        sa.Column("content_sha256", sa.String(), nullable=False),
        sa.Column("first_seen", sa.String(), nullable=False),
        sa.Column("last_seen", sa.String(), nullable=False),
        sa.CheckConstraint(
            "status IN ('ok', 'unrecognised')", name=op.f("ck_decision_version_status")
        ),
        sa.ForeignKeyConstraint(
            ["capture_id"], ["attempt.id"], name=op.f("fk_decision_version_capture_id")
        ),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_decision_version_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["document_id"], ["document.id"], name=op.f("fk_decision_version_document_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision_version")),
    )
    with op.batch_alter_table("decision_version", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_decision_version_decision_id"), ["decision_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_decision_version_document_id"), ["document_id"], unique=False
        )

    op.create_table(
        "table_row",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("table_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("authority_id", sa.Integer(), nullable=True),
        sa.Column("matched_by", sa.String(), nullable=True),
        sa.CheckConstraint(
            "matched_by IN ('exact', 'known_name', 'fuzzy', 'new')",
            name=op.f("ck_table_row_matched_by"),
        ),
        sa.ForeignKeyConstraint(
            ["authority_id"], ["authority.id"], name=op.f("fk_table_row_authority_id")
        ),
        sa.ForeignKeyConstraint(
            ["table_id"], ["national_table.id"], name=op.f("fk_table_row_table_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_table_row")),
        sa.UniqueConstraint("table_id", "number", name=op.f("uq_table_row_table_id_number")),
    )
    with op.batch_alter_table("table_row", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_table_row_authority_id"), ["authority_id"], unique=False
        )

    with op.batch_alter_table("figure", schema=None) as batch_op:
        batch_op.add_column(sa.Column("table_row_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            "ix_figure_of_page",
            ["capture_id", "year_ending", "metric"],
            unique=True,
            sqlite_where=sa.text("capture_id IS NOT NULL AND table_row_id IS NULL"),
        )
        batch_op.create_index(
            "ix_figure_of_row",
            ["table_row_id", "year_ending", "metric"],
            unique=True,
            sqlite_where=sa.text("table_row_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_figure_table_row_id"), "table_row", ["table_row_id"], ["id"]
        )

    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.add_column(sa.Column("capture_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("table_row_id", sa.Integer(), nullable=True))
        batch_op.alter_column("reading_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(
            "ix_finding_capture_id",
            ["capture_id"],
            unique=False,
            sqlite_where=sa.text("capture_id IS NOT NULL"),
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_finding_capture_id"), "attempt", ["capture_id"], ["id"]
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_finding_table_row_id"), "table_row", ["table_row_id"], ["id"]
        )
        batch_op.create_check_constraint(
            batch_op.f("ck_finding_reading_or_capture"),
            "(reading_id IS NULL) <> (capture_id IS NULL)",
        )

    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("collections", sa.String(), server_default="letters", nullable=False)
        )

    # A virtual table. Words are found by their stems ("complaints" by "complaint") and without
    # regard to accents; `source` says of which version a row was made.
    op.execute(
        "CREATE VIRTUAL TABLE search USING fts5("
        "kind UNINDEXED, key UNINDEXED, authority, year_ending UNINDEXED, title, body, "
        "document_id UNINDEXED, source UNINDEXED, "
        "tokenize = 'porter unicode61 remove_diacritics 2')"
    )


def downgrade() -> None:
    op.execute("DROP TABLE search")
    # What the tables before had no place for.
    op.execute("DELETE FROM figure WHERE capture_id IS NOT NULL")
    op.execute("DELETE FROM finding WHERE capture_id IS NOT NULL")
    with op.batch_alter_table("run", schema=None) as batch_op:
        batch_op.drop_column("collections")

    with op.batch_alter_table("finding", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("ck_finding_reading_or_capture"), type_="check")
        batch_op.drop_constraint(batch_op.f("fk_finding_table_row_id"), type_="foreignkey")
        batch_op.drop_constraint(batch_op.f("fk_finding_capture_id"), type_="foreignkey")
        batch_op.drop_index("ix_finding_capture_id", sqlite_where=sa.text("capture_id IS NOT NULL"))
        batch_op.alter_column("reading_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("table_row_id")
        batch_op.drop_column("capture_id")

    with op.batch_alter_table("figure", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_figure_table_row_id"), type_="foreignkey")
        batch_op.drop_index("ix_figure_of_row", sqlite_where=sa.text("table_row_id IS NOT NULL"))
        batch_op.drop_index(
            "ix_figure_of_page",
            sqlite_where=sa.text("capture_id IS NOT NULL AND table_row_id IS NULL"),
        )
        batch_op.drop_column("table_row_id")

    with op.batch_alter_table("table_row", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_table_row_authority_id"))

    op.drop_table("table_row")
    with op.batch_alter_table("decision_version", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_version_document_id"))
        batch_op.drop_index(batch_op.f("ix_decision_version_decision_id"))

    op.drop_table("decision_version")
    op.drop_table("list_read")
    op.drop_table("report_text")
    with op.batch_alter_table("public_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_public_report_reference"))
        batch_op.drop_index(batch_op.f("ix_public_report_key"))
        batch_op.drop_index(batch_op.f("ix_public_report_document_id"))
        batch_op.drop_index(batch_op.f("ix_public_report_link_id"))
        batch_op.drop_index(batch_op.f("ix_public_report_authority_id"))

    op.drop_table("public_report")
    with op.batch_alter_table("page_reading", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_page_reading_document_id"))
        batch_op.drop_index(batch_op.f("ix_page_reading_authority_id"))

    op.drop_table("page_reading")
    with op.batch_alter_table("national_table", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_national_table_link_id"))

    op.drop_table("national_table")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_decision_reference"))
        batch_op.drop_index(batch_op.f("ix_decision_decided"))
        batch_op.drop_index(batch_op.f("ix_decision_authority_id"))

    op.drop_table("decision")
    with op.batch_alter_table("service_improvement", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_service_improvement_reference"))
        batch_op.drop_index(batch_op.f("ix_service_improvement_authority_id"))

    op.drop_table("service_improvement")
    op.drop_table("erasure")
    op.drop_table("decision_window")
    with op.batch_alter_table("withholding", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_withholding_subject"))

    op.drop_table("withholding")
