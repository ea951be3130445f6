"""A capture says what is new: where its URL is told by its address, and which of its headers were
the same before.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_UP = (
    "ALTER TABLE capture ADD COLUMN origin VARCHAR",
    "ALTER TABLE capture ADD COLUMN whole_url VARCHAR",
    # The letter case of an address isn't told by its twin's.
    "UPDATE capture SET origin = substr(url, 1, length(url) - length(address))"
    " WHERE substr(url, -length(address)) = address COLLATE BINARY",
    "UPDATE capture SET whole_url = url WHERE origin IS NULL",
    "ALTER TABLE capture DROP COLUMN url",
    "ALTER TABLE capture ADD COLUMN url VARCHAR"
    " GENERATED ALWAYS AS (COALESCE(whole_url, origin || address)) VIRTUAL",
    "ALTER TABLE capture ADD COLUMN headers_from INTEGER"
    " CONSTRAINT fk_capture_headers_from REFERENCES capture (id)",
    "DROP INDEX ix_capture_address_time",
    "CREATE INDEX ix_capture_served ON capture (address) WHERE status = 200",
    "CREATE INDEX ix_capture_whole_headers ON capture (address, status) WHERE headers_from IS NULL",
)

_DOWN = (
    "DROP INDEX ix_capture_whole_headers",
    "DROP INDEX ix_capture_served",
    "CREATE INDEX ix_capture_address_time ON capture (address, time)",
    "UPDATE capture SET headers = json_patch((SELECT whole.headers FROM capture AS whole"
    " WHERE whole.id = capture.headers_from), headers) WHERE headers_from IS NOT NULL",
    "ALTER TABLE capture RENAME COLUMN url TO joined",
    "ALTER TABLE capture ADD COLUMN url VARCHAR NOT NULL DEFAULT ''",
    "UPDATE capture SET url = joined",
    "ALTER TABLE capture DROP COLUMN joined",
    "ALTER TABLE capture DROP COLUMN headers_from",
    "ALTER TABLE capture DROP COLUMN whole_url",
    "ALTER TABLE capture DROP COLUMN origin",
)


def upgrade() -> None:
    for statement in _UP:
        op.execute(statement)


def downgrade() -> None:
    for statement in _DOWN:
        op.execute(statement)
