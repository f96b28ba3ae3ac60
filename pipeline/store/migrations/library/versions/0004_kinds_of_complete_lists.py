"""A complete list of ties is one of a kind; of those that were there, "" says that they hold ties of every kind."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    before = sa.table(
        "complete_ties", sa.column("city", sa.String), sa.column("source", sa.Text), sa.column("retrieved", sa.Date)
    )
    lists = [{**row, "kind": ""} for row in op.get_bind().execute(sa.select(before)).mappings()]
    op.drop_table("complete_ties")  # SQLite cannot change a primary key
    after = op.create_table(
        "complete_ties",
        sa.Column("city", sa.String(length=64), nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("retrieved", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("city", "kind", name=op.f("pk_complete_ties")),
    )
    op.bulk_insert(after, lists)
