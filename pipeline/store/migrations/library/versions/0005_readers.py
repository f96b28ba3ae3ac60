"""Readers, whom never to write to, and what the ledger knows of repeats."""

import sqlalchemy as sa
from alembic import op

from pipeline.store.database import UtcDateTime

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "reader",
        sa.Column("id", sa.String(length=16), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("edition", sa.String(length=8), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("consent", sa.Text(), nullable=True),
        sa.Column("choices", sa.Text(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        sa.Column("changed", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reader")),
    )
    op.create_table(
        "suppression",
        sa.Column("reader", sa.String(length=16), nullable=False),
        sa.Column("reason", sa.String(length=16), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("detail", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("reader", name=op.f("pk_suppression")),
    )
    with op.batch_alter_table("delivery") as table:
        table.add_column(sa.Column("revision", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("unread", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("since", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("not_before", UtcDateTime(), nullable=True))
        table.add_column(sa.Column("code", sa.Integer(), server_default="0", nullable=False))
        table.add_column(sa.Column("detail", sa.Text(), server_default="", nullable=False))
