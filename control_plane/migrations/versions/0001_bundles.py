"""Bundles and the history of what was served.

Revision ID: 0001
Revises:
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("revision", sa.String(64), nullable=False, unique=True),
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("archive", sa.LargeBinary, nullable=False),
        sa.Column("size_bytes", sa.Integer, nullable=False),
        sa.Column("key_id", sa.String(64), nullable=False),
        sa.Column("pushed_by", sa.String(256), nullable=False),
        sa.Column("pushed_at_ms", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "bundle_activation",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("revision", sa.String(64), sa.ForeignKey("bundle.revision"), nullable=False),
        sa.Column("activated_by", sa.String(256), nullable=False),
        sa.Column("activated_at_ms", sa.BigInteger, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("bundle_activation")
    op.drop_table("bundle")
