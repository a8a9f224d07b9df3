"""The vault's key store: wrapped keys, and what must never come back."""

import sqlalchemy as sa
from alembic import op

from migrations import guards


revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade():
    op.create_table('wrapped_key',
    sa.Column('owner_id', sa.String(length=36), nullable=False),
    sa.Column('key_id', sa.String(length=16), nullable=False),
    sa.Column('wrapped', sa.LargeBinary(), nullable=False),
    sa.PrimaryKeyConstraint('owner_id', name='pk_wrapped_key')
    )
    op.create_index('ix_wrapped_key_key_id', 'wrapped_key', ['key_id'])
    op.create_table('proved_key',
    sa.Column('key_id', sa.String(length=16), nullable=False),
    sa.Column('proved_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('key_id', name='pk_proved_key')
    )
    op.create_table('tombstone',
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('community_id', sa.Integer(), nullable=False),
    sa.Column('reference', sa.String(length=36), nullable=False),
    sa.Column('purpose', sa.String(length=16), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint("kind IN ('erased','withdrawn')", name='ck_tombstone_known_kind'),
    sa.PrimaryKeyConstraint('number', name='pk_tombstone')
    )
    guards.make_refusal()
    guards.only_grows('tombstone')


def downgrade():
    op.drop_table('tombstone')
    op.drop_table('proved_key')
    op.drop_table('wrapped_key')
    guards.drop_functions()
