"""How sources fare: their rhythm, what is due, and addresses that moved for good."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.database import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    # Each with what the rows of the first schema get: nothing was known of them.
    for name in ("last_asked", "newest", "due"):
        op.add_column("health", sa.Column(name, UtcDateTime(timezone=True), nullable=True))
    op.add_column("health", sa.Column("rhythm_h", sa.Float(), nullable=True))
    for name in ("empties", "refusals"):
        op.add_column("health", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("health", sa.Column("moved_to", sa.Text(), nullable=False, server_default=""))
    op.add_column("http_state", sa.Column("items", sa.Integer(), nullable=False, server_default="0"))
    op.add_column("http_state", sa.Column("times", sa.Text(), nullable=False, server_default="[]"))
    # What pages of links list was not kept: each is read once more, lest a 304 be taken for an empty page.
    op.execute(sa.text("UPDATE http_state SET etag = '', last_modified = '' WHERE url NOT LIKE 'urn:%'"))
    op.add_column("http_state", sa.Column("moved_to", sa.Text(), nullable=False, server_default=""))
    op.add_column("http_state", sa.Column("moves", sa.Integer(), nullable=False, server_default="0"))
